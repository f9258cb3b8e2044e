import { Command } from "commander";
import type { ReadRecord } from "../cluster/record-reader.js";
import { type ClusterChoice, clusterOptions, collect, jsonOption, wholeNumber } from "./options.js";

interface ConsumeOptions extends ClusterChoice {
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly fromBeginning?: boolean;
  readonly maxMessages?: number;
  readonly partition: string[];
  readonly keySeparator?: string;
}

export function define(): Command {
  const command = new Command("consume")
    .description("read records without a group: what is there (--from-beginning), or what comes from now on")
    .argument("<topic>")
    .option("-f, --follow", "go on at the end (the default without --from-beginning)")
    .option("--from-beginning", "start with the oldest record")
    .option("--max-messages <count>", "stop after so many", wholeNumber("--max-messages", 1, Number.MAX_SAFE_INTEGER))
    .option("--partition <number>", "only this partition; may be given several times", collect, [])
    .option("--key-separator <text>", "print the key too, and this between key and value")
    .addHelpText(
      "after",
      '\n--json prints {"topic","partition","offset","timestamp","key","value","headers"} a line; bytes that are not UTF-8 appear as {"base64":"…"}.',
    );
  for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
  return command.action(async (topic: string, options: ConsumeOptions) => {
    const [{ Admin }, { RecordReader }, { recordPorts }, { chosenBootstrapServers }] = await Promise.all([
      import("../cluster/admin.js"),
      import("../cluster/record-reader.js"),
      import("../cluster/record-ports.js"),
      import("./which-cluster.js"),
    ]);
    const partition = wholeNumber("--partition", 0, 1_000_000);
    const admin = await Admin.connect(await chosenBootstrapServers(options));
    try {
      const reader = new RecordReader(admin, topic, await recordPorts(), {
        partitions: options.partition.length === 0 ? null : options.partition.map(partition),
        fromBeginning: options.fromBeginning === true,
        follow: options.follow === true || options.fromBeginning !== true,
      });
      let left = options.maxMessages ?? Number.POSITIVE_INFINITY;
      await reader.read((record) => {
        process.stdout.write(
          options.json ? `${JSON.stringify(asJson(record))}\n` : asLine(record, options.keySeparator),
        );
        return --left > 0;
      });
    } finally {
      admin.close();
    }
  });
}

function asLine(record: ReadRecord, keySeparator: string | undefined): string {
  const value = new TextDecoder().decode(record.value ?? new Uint8Array(0));
  if (keySeparator === undefined) return `${value}\n`;
  return `${new TextDecoder().decode(record.key ?? new Uint8Array(0))}${keySeparator}${value}\n`;
}

function asJson({ topic, partition, offset, timestamp, key, value, headers }: ReadRecord): object {
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: textOf(key),
    value: textOf(value),
    headers: headers.map((header) => ({ key: textOf(header.key), value: textOf(header.value) })),
  };
}

function textOf(bytes: Uint8Array | null): string | null | { base64: string } {
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not text: said as what it is, not hidden behind replacement characters.
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}
