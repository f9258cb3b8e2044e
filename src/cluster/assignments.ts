import { ExitCode, Failure } from "./failure.js";

/** Parses `NAME=VALUE` words; throws a usage `Failure`. */
export function parseAssignments(words: readonly string[], option: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf("=");
    if (at <= 0)
      throw new Failure(`${option} ${word}: there is no "=".`, `Write ${option} NAME=VALUE.`, ExitCode.usage);
    found[word.slice(0, at)] = word.slice(at + 1);
  }
  return found;
}
