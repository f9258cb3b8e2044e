import { Command } from "commander";
import type { Admin } from "../cluster/admin.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import type { RecordPorts } from "../cluster/record-sender.js";
import type { PartitionTrace } from "../cluster/trace.js";
import { addresses, text } from "./options.js";
import { textOf } from "./record-text.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

export function define(): Command {
  return forCluster(
    new Command("trace")
      .description("who holds a partition or a record, as each replica tells it, and what follows from that")
      .argument("<where>", "TOPIC, TOPIC:PARTITION or TOPIC:PARTITION@OFFSET"),
  )
    .option(
      "--send <value>",
      "send this as a record first, to TOPIC:PARTITION (0), read it back, and show its journey",
      text("--send"),
    )
    .option(
      "--http <host:port,…>",
      "with --send: the brokers' http.listeners, when it is not a cluster that `holdfast up` runs here",
      addresses("--http"),
    )
    .addHelpText(
      "after",
      `
The record is fetched from every replica, and the CRCs of its batch are compared. Each replica tells the end of its own log. Those in the
ISR are in sync; those in the ELR are not, but have all that was committed, and may lead. The exit code is 1 when something is wrong.

A record's journey is told by the brokers while it happens, and by nobody afterwards: --send sends one and listens.

Examples:
  holdfast trace orders            all partitions
  holdfast trace orders:0@42       one record: is it committed, on which brokers, who has read it?
  holdfast trace orders --send hi  its way: socket, leader, each follower, high watermark, acknowledgement, reader`,
    )
    .action(run);
}

interface TraceOptions extends Common {
  readonly send?: string;
  readonly http?: string;
}

async function run(given: string, options: TraceOptions): Promise<void> {
  const where = parse(given);
  if (options.send !== undefined && where.offset !== null) {
    throw new Failure(
      `${given} names a record that is there already, --send ${JSON.stringify(options.send)} one that is to be written.`,
      "With --send, give TOPIC or TOPIC:PARTITION.",
      ExitCode.usage,
    );
  }
  if (options.http !== undefined && options.send === undefined)
    throw new Failure("--http is for --send: only a record's journey is told over HTTP.", "", ExitCode.usage);
  await withAdmin(options, async (admin) => {
    const [{ tracePartition }, { recordPorts }, { describeTopics }, { print, printJson }] = await Promise.all([
      import("../cluster/trace.js"),
      import("../cluster/record-ports.js"),
      import("../cluster/topics.js"),
      import("./output.js"),
    ]);
    const ports = await recordPorts();
    if (options.send !== undefined) {
      await runSend(admin, ports, { topic: where.topic, partition: where.partition ?? 0 }, options);
      return;
    }
    const [topic] = await describeTopics(admin, [where.topic]);
    const partitions =
      where.partition === null ? topic.partitions.map(({ partition }) => partition) : [where.partition];
    const traces: PartitionTrace[] = [];
    for (const partition of partitions)
      traces.push(await tracePartition(admin, ports, { topic: where.topic, partition }, where.offset));
    if (options.json) for (const each of traces) printJson(asJson(each));
    else for (const each of traces) print(await asText(each));
    if (traces.some(({ ok }) => !ok)) process.exitCode = ExitCode.failure;
  });
}

async function runSend(
  admin: Admin,
  ports: RecordPorts,
  place: { topic: string; partition: number },
  options: TraceOptions,
): Promise<void> {
  const [
    { brokerListeners },
    { sendAndWatch, waterfall },
    { tracePartition },
    { chosenBootstrapServers },
    output,
    client,
  ] = await Promise.all([
    import("./broker-listeners.js"),
    import("./trace-journey.js"),
    import("../cluster/trace.js"),
    import("./which-cluster.js"),
    import("./output.js"),
    import("../cluster/admin.js"),
  ]);
  const bootstrap = await chosenBootstrapServers(options);
  const opened: Admin[] = [];
  const connect = async (id: string): Promise<Admin> => {
    const made = await client.Admin.connect(bootstrap, id);
    opened.push(made);
    return made;
  };
  try {
    const value = new TextEncoder().encode(options.send);
    const sent = await sendAndWatch(await brokerListeners(options), connect, ports, place, value);
    const trace = await tracePartition(admin, ports, place, sent.offset);
    if (options.json) {
      const { journey, unheard } = sent;
      const stops = journey.map(({ key, label, broker, low, high }) => {
        const [lowNs, highNs] = [Math.floor(low), Number.isFinite(high) ? Math.ceil(high) : null];
        return { key, label, broker, ns: low === high ? Math.round(low) : null, lowNs, highNs };
      });
      output.printJson({ ...asJson(trace), journey: stops, unheard });
    } else output.print(`${waterfall(sent).join("\n")}\n\n${await asText(trace)}`);
    if (!trace.ok) process.exitCode = ExitCode.failure;
  } finally {
    for (const each of opened) each.close();
  }
}

function parse(text: string): { topic: string; partition: number | null; offset: number | null } {
  const match = /^([a-zA-Z0-9._-]{1,249})(?::(\d{1,6})(?:@(\d{1,16}))?)?$/.exec(text);
  if (match === null) {
    throw new Failure(
      `"${text}" names no record.`,
      "Write TOPIC, TOPIC:PARTITION or TOPIC:PARTITION@OFFSET, such as orders:0@42.",
      ExitCode.usage,
    );
  }
  const number = (word: string | undefined): number | null => (word === undefined ? null : Number(word));
  return { topic: match[1], partition: number(match[2]), offset: number(match[3]) };
}

function asJson({ record, ...rest }: PartitionTrace): object {
  if (record === null) return { ...rest, record };
  const headers = record.headers.map(({ key, value }) => ({ key: textOf(key), value: textOf(value) }));
  return { ...rest, record: { ...record, key: textOf(record.key), value: textOf(record.value), headers } };
}

async function asText(trace: PartitionTrace): Promise<string> {
  const { bold, table } = await import("./output.js");
  const { record, batch } = trace;
  const name = `${trace.topic}-${trace.partition}${trace.offset === null ? "" : ` at ${trace.offset}`}`;
  const lines = [`${bold(name)}: ${trace.verdict}`, ""];
  lines.push(
    `Leader ${trace.leader ?? "none"}, epoch ${trace.leaderEpoch}, ISR ${trace.isr.join(", ") || "empty"}, ELR ${trace.elr.join(", ") || "empty"}.`,
    "",
  );
  const rows = trace.replicas.map((each) => [
    each.broker,
    each.role,
    each.inSync ? "in sync" : trace.elr.includes(each.broker) ? "eligible" : "not in sync",
    String(each.start ?? "?"),
    String(each.highWatermark ?? "?"),
    String(each.end ?? "-"),
    each.crc === null ? "-" : `${each.crc}${each.crcHolds ? "" : " WRONG"}`,
    each.problem ?? "",
  ]);
  lines.push(table(["broker", "role", "isr", "start", "high watermark", "end", "batch crc", ""], rows), "");
  if (batch !== null) {
    const producer = batch.producerId < 0 ? "" : `, producer ${batch.producerId} sequence ${batch.baseSequence}`;
    lines.push(
      `Batch ${batch.baseOffset}–${batch.lastOffset}: ${batch.records} records, ${batch.bytes} bytes, ${batch.codec}, written in epoch ${batch.leaderEpoch}${producer}.`,
    );
  }
  if (record !== null) {
    lines.push(
      `Record of ${new Date(record.timestamp).toISOString()}: key ${shown(record.key)}, value ${shown(record.value)}.`,
    );
  }
  if (trace.groups === null)
    lines.push("Who has read it is not told: a broker that may coordinate groups does not answer.");
  for (const { group, committed, read } of trace.groups ?? []) {
    const what = read === null ? "" : read ? ": has read it" : ": has not read it yet";
    lines.push(`Group ${group} committed ${committed}${what}.`);
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

const SHOWN_MAX = 200;

function shown(bytes: Uint8Array | null): string {
  const text = JSON.stringify(textOf(bytes));
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}… (${bytes?.length} bytes)` : text;
}
