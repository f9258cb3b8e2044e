export function Page() {
  return <h1>groups</h1>;
}
