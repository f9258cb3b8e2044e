import { Command } from "commander";
import type { Admin } from "../cluster/admin.js";
import { ASSIGNORS, type Assignor } from "../cluster/assignors.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import type { ReadRecord } from "../cluster/record-reader.js";
import { text, topicName, wholeNumber } from "./options.js";
import { textOf } from "./record-text.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

interface ConsumeOptions extends Common {
  readonly follow?: boolean;
  readonly fromBeginning?: boolean;
  readonly maxMessages?: number;
  readonly partition: number[];
  readonly offset?: number;
  readonly group?: string;
  readonly assignor: Assignor[];
  readonly keySeparator?: string;
}

export function define(): Command {
  return forCluster(
    new Command("consume")
      .description("read records: what is there (--from-beginning), or what comes from now on")
      .argument("<topic>", "its name", topicName),
  )
    .option("-f, --follow", "go on at the end (the default without --from-beginning and --offset)")
    .option("--from-beginning", "start with the oldest record")
    .option("--offset <offset>", "start there, in one --partition", wholeNumber("--offset", 0, Number.MAX_SAFE_INTEGER))
    .option("--max-messages <count>", "stop after so many", wholeNumber("--max-messages", 1, Number.MAX_SAFE_INTEGER))
    .option(
      "--partition <number>",
      "only this partition; may be given several times",
      (value: string, before: number[]) => [...before, partitionOf(value)],
      [],
    )
    .option(
      "--group <group>",
      "as a member of this consumer group: start where it left off, commit what was printed",
      text("--group"),
    )
    .option(
      "--assignor <name>",
      `how the members of --group may share partitions: ${ASSIGNORS.slice(0, 3).join(", ")}, or kafkajs's ${ASSIGNORS[3]}; may be given several times, the first is preferred (default: all)`,
      assignorsSoFar,
      [],
    )
    .option("--key-separator <text>", "print the key too, and this between key and value", text("--key-separator"))
    .addHelpText(
      "after",
      `
--json prints {"topic","partition","offset","timestamp","key","value","headers"} a line; bytes that are not UTF-8 appear as
{"base64":"…"}.

Examples:
  holdfast consume orders --from-beginning          all that is there, then it ends
  holdfast consume orders -f --json | jq .value     what comes from now on
  holdfast consume orders --partition 0 --offset 42 --max-messages 1
  holdfast consume orders --group billing --from-beginning
  holdfast consume orders --group billing --assignor cooperative-sticky`,
    )
    .action(run);
}

async function run(topic: string, options: ConsumeOptions): Promise<void> {
  const partitions = options.partition;
  check(options);
  await withAdmin(options, async (admin) => {
    let left = options.maxMessages ?? Number.POSITIVE_INFINITY;
    const show = (record: ReadRecord): boolean => {
      process.stdout.write(options.json ? `${JSON.stringify(asJson(record))}\n` : asLine(record, options.keySeparator));
      return --left > 0;
    };
    if (options.group !== undefined) await readAsGroup(admin, options.group, topic, options, show);
    else await read(admin, topic, partitions, options, show);
  });
}

const partitionOf = wholeNumber("--partition", 0, 1_000_000);

function check(options: ConsumeOptions): void {
  const { offset, group, fromBeginning, assignor, partition: partitions } = options;
  let problem = "";
  if (offset !== undefined && partitions.length !== 1) problem = "--offset needs one --partition.";
  else if (offset !== undefined && fromBeginning) problem = "--offset and --from-beginning exclude each other.";
  else if (group !== undefined && (offset !== undefined || partitions.length > 0))
    problem = "--group says where to read: it excludes --partition and --offset.";
  else if (group === undefined && assignor.length > 0) problem = "--assignor is about the members of a --group.";
  if (problem !== "") throw new Failure(problem, "", ExitCode.usage);
}

async function read(
  admin: Admin,
  topic: string,
  partitions: readonly number[],
  { offset, fromBeginning, follow }: ConsumeOptions,
  show: (record: ReadRecord) => boolean,
): Promise<void> {
  const [{ RecordReader }, { recordPorts }] = await Promise.all([
    import("../cluster/record-reader.js"),
    import("../cluster/record-ports.js"),
  ]);
  const reader = new RecordReader(admin, topic, await recordPorts(), {
    partitions: partitions.length === 0 ? null : partitions,
    fromBeginning: fromBeginning === true,
    follow: follow === true || (fromBeginning !== true && offset === undefined),
    ...(offset === undefined ? {} : { from: new Map([[partitions[0], offset]]) }),
  });
  await reader.read(show);
}

async function readAsGroup(
  admin: Admin,
  group: string,
  topic: string,
  { fromBeginning, follow, assignor }: ConsumeOptions,
  show: (record: ReadRecord) => boolean,
): Promise<void> {
  const [{ GroupReader }, { recordPorts }] = await Promise.all([
    import("../cluster/group-reader.js"),
    import("../cluster/record-ports.js"),
  ]);
  const reader = new GroupReader(admin, group, topic, await recordPorts(), {
    fromBeginning: fromBeginning === true,
    follow: follow === true || fromBeginning !== true,
    assignors: assignor.length === 0 ? ASSIGNORS : assignor,
  });
  // Ctrl-C commits what was printed and leaves the group, so that nobody waits for this member.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => reader.stop());
  await reader.read(show);
}

function assignorsSoFar(value: string, before: Assignor[]): Assignor[] {
  const known = ASSIGNORS.find((each) => each === value);
  if (known === undefined)
    throw new Failure(`--assignor ${value}: there are ${ASSIGNORS.join(", ")}.`, "", ExitCode.usage);
  return [...before, known];
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
