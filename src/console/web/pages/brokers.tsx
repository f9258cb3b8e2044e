export function Page() {
  return <h1>brokers</h1>;
}
