import type { Violation } from "./checkers/violation.js";
import { formatLine } from "./log-ring.js";
import { drawScenario, type Scenario } from "./scenario.js";
import { World, type WorldParts } from "./world.js";

/** How a seed went. */
export interface SeedResult {
  readonly scenario: Scenario;
  readonly violation: Violation | null;
  readonly traceHash: string;
  readonly events: number;
  readonly simulatedMs: number;
  readonly acknowledged: number;
  readonly faults: number;
  readonly counters: ReadonlyMap<string, number>;
  /** The last lines of everybody, when the run kept them. */
  readonly transcript: readonly string[];
}

export interface RunOptions {
  /** Keep debug lines too, and many more lines. */
  readonly verbose: boolean;
}

export function runScenario(scenario: Scenario, parts: WorldParts, options: RunOptions): SeedResult {
  const world = new World(scenario, parts, options.verbose);
  const violation = world.run();
  return {
    scenario,
    violation,
    traceHash: world.simulation.trace.hex(),
    events: world.simulation.eventCount,
    simulatedMs: world.simulation.nowUs / 1000,
    acknowledged: world.workload.acknowledged,
    faults: world.faults.applied,
    counters: world.counters,
    transcript: violation !== null || options.verbose ? world.ring.all().map(formatLine) : [],
  };
}

/** The seed, twice: what differs between the runs would make every finding useless. */
export function runSeed(seed: number, parts: WorldParts, options: RunOptions): SeedResult & { deterministic: boolean } {
  const scenario = drawScenario(seed);
  const first = runScenario(scenario, parts, options);
  const second = runScenario(scenario, parts, options);
  return { ...first, deterministic: first.traceHash === second.traceHash && first.events === second.events };
}

/** Whether a seed is long, busy and troubled enough to count. */
export function counts(result: SeedResult): boolean {
  return result.simulatedMs >= 60_000 && result.acknowledged >= 500 && result.faults >= 5;
}

/**
 * The shortest script found that still breaks the same invariant: faults are left out one by one, the rest is cut off after
 * the violation. `budget` bounds how many runs it may take.
 */
export function shrink(scenario: Scenario, parts: WorldParts, invariant: number, budget: number): SeedResult {
  const options = { verbose: true };
  let best = runScenario(scenario, parts, options);
  const stillFails = (candidate: Scenario): boolean => {
    if (budget-- <= 0) return false;
    const result = runScenario(candidate, parts, options);
    if (result.violation === null || result.violation.invariant !== invariant) return false;
    best = result;
    return true;
  };
  let current = scenario;
  for (let size = Math.ceil(current.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < current.faults.length && budget > 0; ) {
      const faults = current.faults.slice(0, at).concat(current.faults.slice(at + size));
      const candidate = { ...current, faults };
      if (stillFails(candidate)) current = candidate;
      else at += size;
    }
  }
  const fewer = withoutSome(current.groups).find((groups) => stillFails({ ...current, groups }));
  if (fewer !== undefined) current = { ...current, groups: fewer };
  for (const producers of [1, 2]) {
    if (producers < current.producers && stillFails({ ...current, producers })) {
      current = { ...current, producers };
      break;
    }
  }
  if (current.consumers > 0 && stillFails({ ...current, consumers: 0 })) current = { ...current, consumers: 0 };
  if (current.topics.length > 1) {
    for (const topic of current.topics) {
      if (stillFails({ ...current, topics: [topic] })) break;
    }
  }
  return best;
}

/** Ways to have less of the groups: none, one of them, or no trouble with their members. */
function withoutSome(groups: Scenario["groups"]): Scenario["groups"][] {
  if (groups.length === 0) return [];
  const calm = groups.map((group) => ({ ...group, faults: [] }));
  return groups.length === 1 ? [[], calm] : [[], [groups[0]], [groups[1]], calm];
}
