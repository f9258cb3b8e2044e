/** Why `name` does not name this node, which alone knows of itself; null when it does. */
export function nodeIdError(name: string, nodeId: number): string | null {
  if (name === "") return "Node id must not be empty";
  if (!/^[+-]?\d{1,10}$/.test(name)) return `Node id must be an integer, but it is: ${name}`;
  return Number(name) === nodeId ? null : `Unexpected broker id, expected ${nodeId}, but received ${name}`;
}
