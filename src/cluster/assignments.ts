import { ExitCode, Failure } from "./failure.js";

/** Parses `NAME=VALUE` words, of which none names what another does; throws a usage `Failure`. */
export function parseAssignments(words: readonly string[], option: string): Record<string, string> {
  const values = new Map<string, string>();
  for (const word of words) {
    const [name, value] = parseAssignment(word, option);
    const before = values.get(name);
    if (before !== undefined) {
      const what = `${option} ${name}`.trim();
      throw new Failure(`${what} is given twice: "${before}" and "${value}".`, "Say each name once.", ExitCode.usage);
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
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
