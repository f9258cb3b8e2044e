import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { environmentProperties, variableOf } from "../config/environment.js";
import type { NodeConfig } from "../config/node-config.js";
import { type ConfigProblem, nodeConfigFrom } from "../config/node-config-from.js";
import { parseProperties } from "../config/properties.js";
import { ExitCode, StartFailure } from "./start-failure.js";

/** Where a node's configuration comes from. */
export interface ConfigOptions {
  /** The path of a server.properties. */
  readonly config: string;
  /** NAME=VALUE, each of which wins over the file and the environment. */
  readonly set: readonly string[];
}

export interface LoadedConfig {
  readonly config: NodeConfig;
  readonly warnings: readonly ConfigProblem[];
}

/** Reads file, environment and command line. Throws a StartFailure that names everything that is wrong. */
export function loadConfig(options: ConfigOptions): LoadedConfig {
  let text: string;
  try {
    text = readFileSync(options.config, "utf8");
  } catch (error) {
    throw new StartFailure(`The configuration file ${options.config} cannot be read: ${(error as Error).message}.`, 2);
  }
  const overrides = overridesOf(options.set);
  const result = nodeConfigFrom({
    properties: parseProperties(text),
    overrides,
    environment: process.env,
    workingDirectory: process.cwd().replaceAll("\\", "/"),
    hostName: hostname(),
  });
  if (result.config === null) {
    const { problems } = result;
    const set = environmentProperties(process.env);
    const lines = problems.map(({ name, message }) => {
      if (overrides.has(name)) return `--set ${message}\n`;
      return set.has(name) ? `environment variable ${variableOf(name)}: ${message}\n` : `${message}\n`;
    });
    const where = `${options.config} cannot be used:`;
    throw new StartFailure(`${where}\n${lines.join("").trimEnd()}`, ExitCode.usage);
  }
  return { config: result.config, warnings: result.warnings };
}

function overridesOf(pairs: readonly string[]): Map<string, string> {
  const overrides = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals <= 0) {
      throw new StartFailure(`--set ${pair}: there is no "=" between a name and a value.`, ExitCode.usage);
    }
    overrides.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return overrides;
}
