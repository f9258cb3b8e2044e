import type { Command } from "commander";

const PREFIX = "HOLDFAST_";

/** Tells of environment variables that are nearly, but not, those that stand for options of the command: they would count for nothing. */
export async function tellMisspelledVariables(command: Command): Promise<void> {
  const known = command.options.flatMap(({ envVar }) => (envVar === undefined ? [] : [envVar]));
  const unknown = Object.keys(process.env).filter((name) => name.startsWith(PREFIX) && !known.includes(name));
  if (unknown.length === 0) return;
  const { similarName } = await import("../config/similar-name.js");
  for (const name of unknown) {
    const meant = similarName(name, known);
    if (meant !== null) command.configureOutput().writeErr?.(`${name} means nothing here. Is ${meant} meant?\n`);
  }
}
