import { Command, Option } from "commander";
import type { CodecId } from "../ports/compression.js";
import type { RecordInput } from "../protocol/records/builder.js";
import { type ClusterChoice, clusterOptions, jsonOption } from "./options.js";

interface ProduceOptions extends ClusterChoice {
  readonly json?: boolean;
  readonly key?: string;
  readonly keySeparator?: string;
  readonly compression: keyof typeof CODECS;
}

const CODECS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const satisfies Record<string, CodecId | 0>;

export function define(): Command {
  const command = new Command("produce")
    .description("send records: one for each line of standard input, acknowledged by all in-sync replicas")
    .argument("<topic>")
    .argument("[value...]", "send these instead of reading standard input")
    .option("--key <key>", "the key of every record")
    .option("--key-separator <text>", "what stands between key and value in a line")
    .addOption(new Option("--compression <codec>").choices(Object.keys(CODECS)).default("none"));
  for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
  return command.action(async (topic: string, values: string[], options: ProduceOptions) => {
    const [{ Admin }, { RecordSender }, { recordPorts }, { chosenBootstrapServers }, output] = await Promise.all([
      import("../cluster/admin.js"),
      import("../cluster/record-sender.js"),
      import("../cluster/record-ports.js"),
      import("./which-cluster.js"),
      import("./output.js"),
    ]);
    const admin = await Admin.connect(await chosenBootstrapServers(options));
    try {
      const sender = new RecordSender(admin, topic, await recordPorts(), CODECS[options.compression]);
      await sender.open();
      let count = 0;
      for await (const records of values.length > 0
        ? [values.map((value) => toRecord(value, options))]
        : fromInput(options)) {
        for (const { partition, baseOffset, count: sent } of await sender.send(records)) {
          count += sent;
          if (options.json) output.printJson({ topic, partition, offset: baseOffset, records: sent });
        }
      }
      if (!options.json) output.note(`${count} records acknowledged by all in-sync replicas of ${topic}.`);
    } finally {
      admin.close();
    }
  });
}

/** Lines as they come: what arrives together is sent together. */
async function* fromInput(options: ProduceOptions): AsyncGenerator<RecordInput[]> {
  let rest = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines.map((line) => toRecord(line, options));
  }
  if (rest !== "") yield [toRecord(rest, options)];
}

function toRecord(line: string, { key, keySeparator }: ProduceOptions): RecordInput {
  const encoder = new TextEncoder();
  const at = keySeparator === undefined ? -1 : line.indexOf(keySeparator);
  if (keySeparator !== undefined && at >= 0) {
    return { key: encoder.encode(line.slice(0, at)), value: encoder.encode(line.slice(at + keySeparator.length)) };
  }
  return { key: key === undefined ? null : encoder.encode(key), value: encoder.encode(line) };
}
