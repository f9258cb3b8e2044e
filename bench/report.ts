import { table } from "../src/cli/output.js";

export interface ReportLine {
  readonly figure: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  readonly bound: string;
  readonly medians: readonly number[];
  readonly samples: readonly (readonly number[])[];
}

/** One line for each figure: medians, how many times better the first engine is than the second, and what is required. */
export function printReport(engines: readonly string[], lines: readonly ReportLine[]): void {
  const header = [
    "figure",
    "unit",
    ...engines,
    ...(engines.length === 2 ? [`${engines[0]} is better by`] : []),
    "required of holdfast",
  ];
  const rows = lines.map((line) => {
    const [first, second] = line.medians;
    const ratio = line.better === "lower" ? second / first : first / second;
    return [
      line.figure,
      line.unit,
      ...line.medians.map(rounded),
      ...(engines.length === 2 ? [`${rounded(ratio)} ×`] : []),
      line.bound,
    ];
  });
  process.stdout.write(`\n${table(header, rows)}\n`);
}

function rounded(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
