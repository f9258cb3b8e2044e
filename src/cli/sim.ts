import type { SeedResult } from "../sim/index.js";
import {
  describeScenario,
  drawScenario,
  INVARIANTS,
  PLANTED_BUGS,
  productionParts,
  runBatch,
  runScenario,
  runSeed,
  shrink,
} from "../sim/index.js";

/**
 * `npm run sim -- --seed N [--transcript] [--shrink]`: one seed. `--seeds COUNT [--from N]`: a batch with a summary.
 * `--planted NAME [--seeds COUNT]`: plants a bug and looks for the seed that finds it. `--planted list` names them.
 * Exit status: 0 clean (or the planted bug was found), 1 a violation (or it was not), 2 wrong arguments.
 */
interface Arguments {
  seed: number | null;
  seeds: number | null;
  from: number;
  transcript: boolean;
  shrink: boolean;
  keepGoing: boolean;
  planted: string | null;
}

function parseArguments(words: readonly string[]): Arguments | string {
  const result: Arguments = {
    seed: null,
    seeds: null,
    from: 1,
    transcript: false,
    shrink: false,
    keepGoing: false,
    planted: null,
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "--transcript") result.transcript = true;
    else if (word === "--shrink") result.shrink = true;
    else if (word === "--keep-going") result.keepGoing = true;
    else if (word === "--planted") {
      if (++i >= words.length) return "--planted needs the name of a bug";
      result.planted = words[i];
    } else if (word === "--seed" || word === "--seeds" || word === "--from") {
      const number = Number(words[++i]);
      if (!Number.isSafeInteger(number) || number < 0) return `${word} needs a whole number`;
      if (word === "--seed") result.seed = number;
      else if (word === "--seeds") result.seeds = number;
      else result.from = number;
    } else return `unknown argument ${word}`;
  }
  return result;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function cpuSeconds(): number {
  const usage = process.cpuUsage();
  return (usage.user + usage.system) / 1e6;
}

function describeViolation(result: SeedResult): string {
  const violation = result.violation;
  if (violation === null) return "no violation";
  const invariant = INVARIANTS.get(violation.invariant) ?? "";
  return `invariant ${violation.invariant} (${invariant}) did not hold: ${violation.message}`;
}

function runOne(seed: number, args: Arguments): number {
  const result = runSeed(seed, productionParts(), { verbose: args.transcript });
  if (args.transcript) for (const line of result.transcript) print(line);
  else {
    for (const line of describeScenario(drawScenario(seed))) print(line);
    if (result.violation !== null) for (const line of result.transcript.slice(-60)) print(line);
  }
  print(describeViolation(result));
  print(
    `seed ${seed}: ${(result.simulatedMs / 1000).toFixed(0)} s simulated, ${result.events} events, ` +
      `${result.acknowledged} acknowledged, ${result.faults} faults, trace ${result.traceHash}${result.deterministic ? "" : " (the second run differed)"}`,
  );
  if (result.violation !== null && args.shrink) {
    const small = shrink(result.scenario, productionParts(), result.violation.invariant, 60);
    print("the shortest script that was found:");
    for (const line of describeScenario(small.scenario)) print(`  ${line}`);
    for (const line of small.transcript.slice(-200)) print(line);
    print(describeViolation(small));
  }
  return result.violation === null && result.deterministic ? 0 : 1;
}

function runMany(args: Arguments, count: number): number {
  const started = cpuSeconds();
  const summary = runBatch(args.from, count, productionParts(), (result) => {
    const failed = result.violation !== null || !result.deterministic;
    if (failed) {
      print(
        `seed ${result.scenario.seed}: ${result.deterministic ? "" : "its second run differed; "}${describeViolation(result)}`,
      );
    }
    return args.keepGoing || !failed || args.seeds !== null;
  });
  const cpu = cpuSeconds() - started;
  print(
    `${summary.seeds} seeds, ${summary.counted} of them count; ${summary.failures.length} with a violation, ${summary.notDeterministic.length} not deterministic`,
  );
  print(
    `${(summary.simulatedMs / 3_600_000).toFixed(2)} simulated cluster-hours, ${summary.acknowledged} acknowledged operations, ${summary.faults} faults, ` +
      `${summary.events} events; ${cpu.toFixed(1)} CPU-seconds, ${((summary.counted * 60) / cpu).toFixed(0)} seeds a CPU-minute`,
  );
  for (const name of [...summary.counters.keys()].sort()) {
    print(`  ${String(summary.counters.get(name)).padStart(9)}  ${name} (in ${summary.seedsMet.get(name)} seeds)`);
  }
  if (summary.notCounted.length > 0)
    print(`too short, idle or untroubled to count: ${summary.notCounted.slice(0, 40).join(" ")}`);
  for (const name of summary.neverMet()) print(`never happened, though it must in a batch: ${name}`);
  if (summary.failures.length > 0) {
    print(`run one with: npm run sim -- --seed ${summary.failures[0].scenario.seed} --transcript`);
  }
  return summary.clean ? 0 : 1;
}

function runPlanted(args: Arguments, name: string): number {
  if (name === "list") {
    for (const bug of PLANTED_BUGS) print(`${bug.name.padEnd(36)} [${bug.invariants.join(", ")}] ${bug.what}`);
    return 0;
  }
  const bug = PLANTED_BUGS.find((each) => each.name === name);
  if (bug === undefined) {
    process.stderr.write(`no planted bug is called ${name}; --planted list names them\n`);
    return 2;
  }
  const remove = bug.plant();
  try {
    const last = args.from + (args.seeds ?? 2000);
    for (let seed = args.from; seed < last; seed++) {
      const result = runScenario(drawScenario(seed), productionParts(), { verbose: false });
      if (result.violation === null) continue;
      const expected = bug.invariants.includes(result.violation.invariant);
      print(`${name}: seed ${seed} finds it: ${describeViolation(result)}`);
      if (!expected) print(`(expected was invariant ${bug.invariants.join(" or ")})`);
      return expected ? 0 : 1;
    }
    print(`${name}: not found in ${last - args.from} seeds`);
    return 1;
  } finally {
    remove();
  }
}

const args = parseArguments(process.argv.slice(2));
if (typeof args === "string") {
  process.stderr.write(
    `${args}\nusage: npm run sim -- --seed N [--transcript] [--shrink] | --seeds COUNT [--from N] | --planted NAME|list\n`,
  );
  process.exitCode = 2;
} else if (args.planted !== null) process.exitCode = runPlanted(args, args.planted);
else if (args.seed !== null) process.exitCode = runOne(args.seed, args);
else process.exitCode = runMany(args, args.seeds ?? 100);
