import { counts, runSeed, type SeedResult } from "./run.js";
import type { WorldParts } from "./world.js";

/** Adds up the seeds of a batch. */
export class BatchSummary {
  seeds: number;
  counted: number;
  simulatedMs: number;
  acknowledged: number;
  faults: number;
  events: number;
  readonly counters: Map<string, number>;
  /** In how many seeds each counter was met. */
  readonly seedsMet: Map<string, number>;
  readonly failures: SeedResult[];
  readonly notDeterministic: number[];
  readonly notCounted: number[];

  constructor() {
    this.seeds = 0;
    this.counted = 0;
    this.simulatedMs = 0;
    this.acknowledged = 0;
    this.faults = 0;
    this.events = 0;
    this.counters = new Map();
    this.seedsMet = new Map();
    this.failures = [];
    this.notDeterministic = [];
    this.notCounted = [];
  }

  add(result: SeedResult & { deterministic: boolean }): void {
    this.seeds++;
    this.simulatedMs += result.simulatedMs;
    this.acknowledged += result.acknowledged;
    this.faults += result.faults;
    this.events += result.events;
    for (const [name, times] of result.counters) {
      this.counters.set(name, (this.counters.get(name) ?? 0) + times);
      this.seedsMet.set(name, (this.seedsMet.get(name) ?? 0) + 1);
    }
    if (!result.deterministic) this.notDeterministic.push(result.scenario.seed);
    if (result.violation !== null) this.failures.push(result);
    else if (counts(result)) this.counted++;
    else this.notCounted.push(result.scenario.seed);
  }

  /** What must have happened in a batch of this size and never did. */
  neverMet(): string[] {
    if (this.seeds < 200) return [];
    return MUST_HAPPEN.filter((name) => !this.counters.has(name));
  }

  get clean(): boolean {
    return this.failures.length === 0 && this.notDeterministic.length === 0 && this.neverMet().length === 0;
  }
}

/** A batch that never met one of these tests less than it says. */
export const MUST_HAPPEN: readonly string[] = [
  "leader change",
  "a successor fell",
  "ISR election",
  "ELR election",
  "ELR grew",
  "ISR shrank",
  "ISR grew",
  "broker fenced",
  "broker unfenced",
  "truncation",
  "log recovered",
  "log tail lost in a restart",
  "retry acknowledged",
  "clean shutdown",
  "quorum leader elected",
  "vote granted",
  "high watermark advanced",
  "records deleted",
  "extra topic created",
  "extra topic deleted",
  "group rebalanced",
  "coordinator moved",
  "coordinator compared",
  "controller compared",
  "commit accepted",
  "commit: ILLEGAL_GENERATION",
  "position read",
  "member fenced",
  "member left",
];

export function runBatch(
  from: number,
  count: number,
  parts: WorldParts,
  onSeed: (result: SeedResult & { deterministic: boolean }) => boolean,
): BatchSummary {
  const summary = new BatchSummary();
  for (let seed = from; seed < from + count; seed++) {
    const result = runSeed(seed, parts, { verbose: false });
    summary.add(result);
    if (!onSeed(result)) break;
  }
  return summary;
}
