export function Page() {
  return <h1>topics</h1>;
}
