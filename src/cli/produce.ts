import { Command, Option } from "commander";
import { parseAssignment } from "../cluster/assignments.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import type { RecordSender, SentBatch } from "../cluster/record-sender.js";
import type { CodecId } from "../ports/compression.js";
import type { RecordInput } from "../protocol/records/builder.js";
import { assignment, each, text, topicName, wholeNumber } from "./options.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

interface ProduceOptions extends Common {
  readonly key?: string;
  readonly keySeparator?: string;
  readonly header: string[];
  readonly partition?: number;
  readonly tombstone?: boolean;
  readonly compression: keyof typeof CODECS;
}

const CODECS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const satisfies Record<string, CodecId | 0>;
const PROGRESS_EVERY_MS = 200;

export function define(): Command {
  return forCluster(
    new Command("produce")
      .description("send records: one for each line of standard input, acknowledged by all in-sync replicas")
      .argument("<topic>", "its name", topicName)
      .argument("[value...]", "send these instead of reading standard input"),
  )
    .option("--key <key>", "the key of every record")
    .option("--key-separator <text>", "what stands between key and value in a line", text("--key-separator"))
    .option(
      "--header <name=value>",
      "a header of every record; may be given several times",
      each(assignment("--header")),
      [],
    )
    .option("--partition <number>", "to this partition (default: the key's)", wholeNumber("--partition", 0, 1_000_000))
    .option("--tombstone", "one record with --key and without a value: the key is deleted where the topic is compacted")
    .addOption(new Option("--compression <codec>").choices(Object.keys(CODECS)).default("none"))
    .addHelpText(
      "after",
      `
--json prints {"topic","partition","offset","records"} for each batch that was acknowledged.

Examples:
  holdfast produce orders "first" "second"
  echo 'alice:{"n":1}' | holdfast produce orders --key-separator : --header source=shell
  holdfast produce prices --key EURUSD --tombstone`,
    )
    .action(run);
}

async function run(topic: string, values: string[], options: ProduceOptions): Promise<void> {
  if (options.tombstone && (options.key === undefined || values.length > 0))
    throw new Failure("--tombstone needs --key, and no value.", "", ExitCode.usage);
  const toRecord = recordMaker(options);
  await withAdmin(options, async (admin) => {
    const [{ RecordSender }, { recordPorts }, output] = await Promise.all([
      import("../cluster/record-sender.js"),
      import("../cluster/record-ports.js"),
      import("./output.js"),
    ]);
    const sender = new RecordSender(admin, topic, await recordPorts(), CODECS[options.compression]);
    await sender.open();
    const { partition } = options;
    if (partition !== undefined && partition >= sender.partitionCount)
      throw new Failure(`Topic ${topic} has ${sender.partitionCount} partitions, none is ${partition}.`);
    const progress = new Progress(process.stdin.isTTY !== true && process.stderr.isTTY === true);
    let count = 0;
    for await (const records of batches(values, options, toRecord)) {
      for (const { partition: to, baseOffset, count: sent } of await send(sender, records, partition)) {
        count += sent;
        if (options.json) output.printJson({ topic, partition: to, offset: baseOffset, records: sent });
      }
      progress.show(count);
    }
    progress.clear();
    if (!options.json)
      output.note(`${count} record${count === 1 ? "" : "s"} acknowledged by all in-sync replicas of ${topic}.`);
  });
}

function send(sender: RecordSender, records: RecordInput[], partition: number | undefined): Promise<SentBatch[]> {
  return partition === undefined ? sender.send(records) : sender.sendTo(partition, records);
}

async function* batches(
  values: readonly string[],
  options: ProduceOptions,
  toRecord: (line: string) => RecordInput,
): AsyncGenerator<RecordInput[]> {
  if (options.tombstone) yield [{ ...toRecord(""), value: null }];
  else if (values.length > 0) yield values.map(toRecord);
  else yield* fromInput(toRecord);
}

/** Lines as they come: what arrives together is sent together. */
async function* fromInput(toRecord: (line: string) => RecordInput): AsyncGenerator<RecordInput[]> {
  let rest = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines.map(toRecord);
  }
  if (rest !== "") yield [toRecord(rest)];
}

function recordMaker({ key, keySeparator, header }: ProduceOptions): (line: string) => RecordInput {
  const encoder = new TextEncoder();
  const headers = header.map((word) => {
    const [name, value] = parseAssignment(word, "--header");
    return { key: encoder.encode(name), value: encoder.encode(value) };
  });
  const own = key === undefined ? null : encoder.encode(key);
  return (line) => {
    const at = keySeparator === undefined ? -1 : line.indexOf(keySeparator);
    if (keySeparator === undefined || at < 0) return { key: own, value: encoder.encode(line), headers };
    const value = encoder.encode(line.slice(at + keySeparator.length));
    return { key: encoder.encode(line.slice(0, at)), value, headers };
  };
}

/** How far a long input is, for a person who waits; nothing where nobody looks. */
class Progress {
  private readonly isShown: boolean;
  private shownAt = 0;

  constructor(isShown: boolean) {
    this.isShown = isShown;
  }

  show(count: number): void {
    const now = performance.now();
    if (!this.isShown || now - this.shownAt < PROGRESS_EVERY_MS) return;
    this.shownAt = now;
    process.stderr.write(`\r${count} records`);
  }

  clear(): void {
    if (this.shownAt > 0) process.stderr.write("\r\u001b[K");
  }
}
