import { createRequire } from "node:module";
import { Zstd } from "@hpcc-js/wasm-zstd";
import kafkajs from "kafkajs";
import { compressFrame, decompressFrame } from "lz4-napi";
import snappy from "snappy";
import type { Read } from "./history.js";

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

/** kafkajs brings gzip; the other codecs are registered by whoever uses them. */
CompressionCodecs[CompressionTypes.Snappy] = () => ({
  compress: (encoder: { buffer: Buffer }) => snappy.compress(encoder.buffer),
  decompress: (buffer: Buffer) => decompressSnappy(buffer),
});
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: (encoder: { buffer: Buffer }) => compressFrame(encoder.buffer),
  decompress: (buffer: Buffer) => decompressFrame(buffer),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder: { buffer: Buffer }) => Buffer.from((await Zstd.load()).compress(encoder.buffer)),
  decompress: async (buffer: Buffer) => Buffer.from((await Zstd.load()).decompress(buffer)),
});

/** Java's framing (a header, then blocks with their lengths) and raw blocks: readers meet both. */
async function decompressSnappy(buffer: Buffer): Promise<Buffer> {
  if (buffer.subarray(0, 8).toString("latin1") !== "\u0082SNAPPY\u0000")
    return (await snappy.uncompress(buffer)) as Buffer;
  const blocks: Buffer[] = [];
  for (let at = 16; at < buffer.length; ) {
    const length = buffer.readUInt32BE(at);
    blocks.push((await snappy.uncompress(buffer.subarray(at + 4, at + 4 + length))) as Buffer);
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

export const codecs = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

export function kafkaJs(bootstrapServers: string): InstanceType<typeof Kafka> {
  return new Kafka({
    clientId: "holdfast-test",
    brokers: bootstrapServers.split(","),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 100 },
  });
}

interface FetchedPartition {
  readonly partition: number;
  readonly messages: readonly { offset: string; value: Buffer | null; headers: Record<string, Buffer> }[];
}

interface LowLevelBroker {
  fetch(request: object): Promise<{ responses: readonly { partitions: readonly FetchedPartition[] }[] }>;
}

interface LowLevelCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
  findBroker(query: { nodeId: string }): Promise<LowLevelBroker>;
}

/**
 * Reads all partitions from offset 0 until `count` records came, and one look beyond, without a group. kafkajs has no public
 * consumer without groups: this takes its own cluster and broker classes, so its codec and batch decoding are what is tested.
 */
export async function readWithKafkaJs(
  bootstrapServers: string,
  topic: string,
  partitions: number,
  count: number,
): Promise<Read[]> {
  const require = createRequire(import.meta.url);
  const Cluster = require("kafkajs/src/cluster") as new (options: object) => LowLevelCluster;
  const { createLogger } = require("kafkajs/src/loggers") as { createLogger(options: object): object };
  const logCreator = (): (() => void) => () => undefined;
  const cluster = new Cluster({
    logger: createLogger({ level: logLevel.NOTHING, logCreator }),
    socketFactory: require("kafkajs/src/network/socketFactory")(),
    brokers: bootstrapServers.split(","),
    clientId: "holdfast-test",
    connectionTimeout: 1000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 100 },
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    isolationLevel: 1,
  });
  const read: Read[] = [];
  const next: number[] = new Array(partitions).fill(0);
  await cluster.connect();
  try {
    await cluster.addTargetTopic(topic);
    const deadline = Date.now() + 60_000;
    for (let more = true; more || read.length < count; ) {
      if (Date.now() > deadline) throw new Error(`read ${read.length} of ${count} records of ${topic} within a minute`);
      more = false;
      for (const { partitionId, leader } of cluster.findTopicPartitionMetadata(topic)) {
        const broker = await cluster.findBroker({ nodeId: String(leader) });
        const { responses } = await broker.fetch({
          maxWaitTime: 100,
          isolationLevel: 1,
          topics: [
            {
              topic,
              partitions: [{ partition: partitionId, fetchOffset: String(next[partitionId]), maxBytes: 1_048_576 }],
            },
          ],
        });
        for (const { messages } of responses.flatMap((response) => response.partitions)) {
          for (const { offset, value } of messages) {
            // A batch is returned whole, also from its middle.
            if (Number(offset) < next[partitionId]) continue;
            read.push({ partition: partitionId, offset: Number(offset), sequence: Number.parseInt(String(value), 10) });
            next[partitionId] = Number(offset) + 1;
            more = true;
          }
        }
      }
    }
  } finally {
    await cluster.disconnect();
  }
  return read;
}
