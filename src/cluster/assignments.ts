import { ExitCode, Failure } from "./failure.js";

/** Parses `NAME=VALUE` words; throws a usage `Failure`. */
export function parseAssignments(words: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(words.map((word) => parseAssignment(word, option)));
}

/** Parses one `NAME=VALUE`; throws a usage `Failure`. */
export function parseAssignment(word: string, option: string): [name: string, value: string] {
  const at = word.indexOf("=");
  const given = `${option} ${word}`.trim();
  const advice = `Write ${`${option} NAME=VALUE`.trim()}.`;
  if (at === 0) throw new Failure(`${given}: there is no name.`, advice, ExitCode.usage);
  if (at < 0) throw new Failure(`${given}: there is no "=".`, advice, ExitCode.usage);
  return [word.slice(0, at), word.slice(at + 1)];
}
