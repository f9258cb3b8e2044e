import type { NodeConfig } from "./node-config.js";
import type { Property } from "./properties.js";

/** What is wrong with one property, or worth a warning. */
export interface ConfigProblem {
  readonly name: string;
  /** Of the file; 0: from elsewhere. */
  readonly line: number;
  /** A sentence that names the property, its value, what is allowed, and the line. */
  readonly message: string;
}

export interface ConfigSources {
  /** Of a file, see `parseProperties`. */
  readonly properties: ReadonlyMap<string, Property>;
  /** `--set NAME=VALUE`: these win. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** The process's environment: its `KAFKA_*` variables win over the file, as in the image apache/kafka. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What relative directories are relative to; absolute. */
  readonly workingDirectory: string;
}

export type NodeConfigResult =
  | { readonly config: NodeConfig; readonly problems: readonly []; readonly warnings: readonly ConfigProblem[] }
  | { readonly config: null; readonly problems: readonly ConfigProblem[]; readonly warnings: readonly ConfigProblem[] };

/** The configuration of one node, or everything that is wrong with it. */
export function nodeConfigFrom(_sources: ConfigSources): NodeConfigResult {
  throw new Error("not yet");
}

/** For tests and the simulator: from names and texts. Throws when they are not allowed. */
export function nodeConfigOf(_properties: Readonly<Record<string, string>>): NodeConfig {
  throw new Error("not yet");
}
