import { parseArguments, USAGE } from "./arguments.js";
import { printReport } from "./report.js";
import { ROWS, type Row } from "./rows.js";
import { median } from "./statistics.js";

/**
 * `npm run bench -- [--rounds 3] [--rows startup,failover,…] [--engines holdfast,kafka] [--records 100000] [--gigabytes 1] [--json]`
 *
 * The engines take turns within each round, so that what else the machine does hits both; the report gives medians and ratios.
 */
async function main(words: readonly string[]): Promise<void> {
  const names = Object.keys(ROWS);
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(`${helpText()}\n`);
    return;
  }
  const usual = names.filter((name) => !ROWS[name].isApart);
  const parsed = parseArguments(words, names, usual);
  if (typeof parsed === "string") {
    process.stderr.write(`${parsed}\n${USAGE}\nRows: ${names.join(", ")}\n`);
    process.exitCode = 2;
    return;
  }
  const samples = new Map<string, number[]>();
  const units = new Map<string, Row["figures"][string]>();
  for (let round = 1; round <= parsed.rounds; round++) {
    for (const name of parsed.rows) {
      for (const engine of parsed.engines) {
        process.stderr.write(`round ${round} of ${parsed.rounds}, ${name}, ${engine} …\n`);
        const row = ROWS[name];
        const measured = await row.measure(engine, parsed);
        for (const [figure, value] of Object.entries(measured)) {
          const key = `${figure}\n${engine}`;
          units.set(figure, row.figures[figure]);
          samples.set(key, [...(samples.get(key) ?? []), value]);
        }
      }
    }
  }
  const lines = [...units].map(([figure, description]) => ({
    figure,
    ...description,
    medians: parsed.engines.map((engine) => median(samples.get(`${figure}\n${engine}`) ?? [])),
    samples: parsed.engines.map((engine) => samples.get(`${figure}\n${engine}`) ?? []),
  }));
  if (parsed.json)
    process.stdout.write(`${JSON.stringify({ engines: parsed.engines, rounds: parsed.rounds, lines })}\n`);
  else printReport(parsed.engines, lines);
}

function helpText(): string {
  const rows = Object.entries(ROWS).map(([name, { figures, isApart }]) => {
    const lines = Object.entries(figures).map(([figure, { unit, bound }]) => {
      return `    ${[figure, unit].filter((word) => word !== "").join(", ")}${bound === "" ? "" : ` (${bound})`}`;
    });
    return `  ${name}${isApart ? "  only when it is named" : ""}\n${lines.join("\n")}`;
  });
  return `${USAGE}\n\nRows, what they measure, and what is required of Holdfast:\n${rows.join("\n")}`;
}

await main(process.argv.slice(2));
