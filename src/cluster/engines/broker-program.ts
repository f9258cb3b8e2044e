import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DISTRIBUTION } from "../../node/distribution.js";

/**
 * The program of a broker's process: the one file that the build makes of its modules, or the modules themselves where tsc has written
 * some since, or nobody made it.
 */
export function brokerProgram(): string {
  const program = new URL("program/main.js", DISTRIBUTION);
  const made = modifiedMs(program);
  const compiled = Math.max(
    ...["core", "node"].map((each) => modifiedMs(new URL(`${each}.tsbuildinfo`, DISTRIBUTION))),
  );
  return fileURLToPath(made > 0 && made >= compiled ? program : new URL("src/node/main.js", DISTRIBUTION));
}

/** 0: there is no such file. */
function modifiedMs(url: URL): number {
  return statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
