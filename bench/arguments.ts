import type { EngineName } from "../src/cluster/engine.js";

export interface BenchArguments {
  readonly rounds: number;
  readonly rows: readonly string[];
  readonly engines: readonly EngineName[];
  /** Records of one run of the producer test. */
  readonly records: number;
  /** Size of the logs of all three brokers together before the restart is measured. */
  readonly gigabytes: number;
  readonly json: boolean;
}

export const USAGE =
  "usage: npm run bench -- [--rounds 3] [--rows ROW,…] [--engines holdfast,kafka] [--records 100000] [--gigabytes 1] [--json]";

/** The arguments, or what is wrong with them. `usual` are the rows that are measured when none is named. */
export function parseArguments(
  words: readonly string[],
  rows: readonly string[],
  usual: readonly string[],
): BenchArguments | string {
  const result = {
    rounds: 3,
    rows: usual,
    engines: ["holdfast", "kafka"] as EngineName[],
    records: 100_000,
    gigabytes: 1,
    json: false,
  };
  for (let i = 0; i < words.length; i++) {
    const option = words[i];
    if (option === "--json") {
      result.json = true;
      continue;
    }
    const value = words[++i];
    if (value === undefined) return `${option} needs a value`;
    if (option === "--rows") {
      result.rows = value.split(",");
      const unknown = result.rows.find((row) => !rows.includes(row));
      if (unknown !== undefined) return `there is no row ${unknown}`;
    } else if (option === "--engines") {
      const engines = value.split(",");
      const unknown = engines.find((engine) => engine !== "holdfast" && engine !== "kafka");
      if (unknown !== undefined) return `there is no engine ${unknown}`;
      result.engines = engines as EngineName[];
    } else if (option === "--rounds" || option === "--records" || option === "--gigabytes") {
      const number = Number(value);
      if (!(number > 0)) return `${option} ${value} is no positive number`;
      if (option === "--rounds") result.rounds = Math.ceil(number);
      else if (option === "--records") result.records = Math.ceil(number);
      else result.gigabytes = number;
    } else return `unknown option ${option}`;
  }
  return result;
}
