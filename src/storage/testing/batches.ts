import { crc32c, crc32cUpdate } from "../../base/crc32c.js";
import { baseOffset, batchBytes, lastOffset } from "../../protocol/records/batch.js";
import { type BatchOptions, buildBatch } from "../../protocol/records/builder.js";
import type { Log } from "../log.js";
import { LogRead } from "../log-read.js";
import { NoCompression, type TestPorts } from "./ports.js";

const PORTS = { digest: { crc32c, crc32cUpdate }, compression: new NoCompression() };

/** A batch with one record for each text, as a producer sends it. */
export function batchOf(texts: readonly string[], options: Partial<BatchOptions> = {}): Uint8Array {
  return buildBatch(
    { timestamp: 1_700_000_000_000, ...options },
    texts.map((text) => ({ key: null, value: ascii(text) })),
    PORTS,
  );
}

/** A batch of one record of `bytes` bytes. */
export function batchOfBytes(bytes: number, options: Partial<BatchOptions> = {}): Uint8Array {
  return buildBatch(
    { timestamp: 1_700_000_000_000, ...options },
    [{ key: null, value: new Uint8Array(bytes).fill(120) }],
    PORTS,
  );
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** What a read returned, batch by batch, as [first offset, last offset]. */
export function offsetsOf(read: LogRead): [number, number][] {
  const found: [number, number][] = [];
  for (const chunk of read.chunks) {
    for (let at = 0; at < chunk.length; at += batchBytes(chunk, at)) {
      found.push([baseOffset(chunk, at), lastOffset(chunk, at)]);
    }
  }
  return found;
}

export class TestRead extends LogRead {
  isDone = false;

  constructor(startOffset: number, maxBytes = 1048576, maxOffset = Number.MAX_SAFE_INTEGER, minOneBatch = true) {
    super();
    this.startOffset = startOffset;
    this.maxBytes = maxBytes;
    this.maxOffset = maxOffset;
    this.minOneBatch = minOneBatch;
  }

  override onLogRead(): void {
    this.isDone = true;
  }
}

/** Reads at once, running the disk until the read is complete. */
export function readNow(
  ports: TestPorts,
  log: Log,
  startOffset: number,
  maxBytes?: number,
  maxOffset?: number,
  minOneBatch?: boolean,
): TestRead {
  const read = new TestRead(startOffset, maxBytes, maxOffset, minOneBatch);
  if (!log.read(read)) {
    ports.settle();
    if (!read.isDone) throw new Error("the read did not complete");
  }
  return read;
}
