import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { writeInt32, writeInt64 } from "../../base/bytes.js";
import { crc32c, crc32cUpdate } from "../../base/crc32c.js";
import { type CodecId, type Compression, CompressionError } from "../../ports/index.js";
import { ErrorCode } from "../errors.js";
import * as batch from "./batch.js";
import { type BatchOptions, buildBatch, type RecordInput } from "./builder.js";
import { compressRecords, decompressedLimit, decompressRecords } from "./compression.js";
import { buildEndTransactionMarker, ControlType, controlTypeOf } from "./control.js";
import { RecordCursor } from "./cursor.js";
import { BatchValidator, type ValidationRules } from "./validate.js";

/** gzip for real; "snappy" is a block with a mark before it, which is all that the framing needs. */
class TestCompression implements Compression {
  supports(codec: CodecId): boolean {
    return codec === 1 || codec === 2;
  }

  compress(codec: CodecId, bytes: Uint8Array): Uint8Array {
    if (codec === 1) return new Uint8Array(gzipSync(bytes));
    return Uint8Array.from([7, ...bytes]);
  }

  decompress(codec: CodecId, bytes: Uint8Array, maxBytes: number): Uint8Array {
    if (codec === 1) {
      try {
        return new Uint8Array(gunzipSync(bytes, { maxOutputLength: maxBytes }));
      } catch (error) {
        throw new CompressionError((error as Error).message);
      }
    }
    if (bytes[0] !== 7 || bytes.length - 1 > maxBytes) throw new CompressionError("damaged");
    return bytes.slice(1);
  }
}

const PORTS = { digest: { crc32c, crc32cUpdate }, compression: new TestCompression() };
const NOW = 1_700_000_000_000;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const RULES: ValidationRules = {
  maxMessageBytes: 1048588,
  compact: false,
  compressionType: "producer",
  compressionLevel: null,
  messageTimestampType: "CreateTime",
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3600000,
};

function records(count: number): RecordInput[] {
  return Array.from({ length: count }, (_, i) => ({
    key: i % 2 === 0 ? text(`key ${i}`) : null,
    value: i % 3 === 0 ? null : text("value ".repeat(i)),
    timestamp: NOW + ((i * 7919) % 100) - 50,
    headers:
      i % 4 === 0
        ? [
            { key: text("h"), value: null },
            { key: text("i"), value: text("x") },
          ]
        : [],
  }));
}

function built(options: Partial<BatchOptions> = {}, list = records(10)): Uint8Array {
  return buildBatch({ timestamp: NOW, ...options }, list, PORTS);
}

function fix(bytes: Uint8Array): Uint8Array {
  writeInt32(bytes, 17, crc32c(bytes, 21, 12 + new DataView(bytes.buffer).getInt32(8)));
  return bytes;
}

function validate(bytes: Uint8Array, rules: Partial<ValidationRules> = {}, version = 12, fromClient = true) {
  const validator = new BatchValidator(PORTS);
  validator.validate(bytes, { ...RULES, ...rules }, 100, 3, NOW, fromClient, version);
  return validator;
}

test("records come out as they went in, with each codec", () => {
  for (const codec of [0, 1, 2] as const) {
    const bytes = built({ codec, baseOffset: 40 });
    const cursor = new RecordCursor(PORTS.compression);
    cursor.reset(bytes, 0);
    const expected = records(10);
    for (let i = 0; i < 10; i++) {
      assert.ok(cursor.next(), cursor.flaw ?? "");
      assert.equal(cursor.offset, 40 + i);
      assert.equal(cursor.timestamp, expected[i].timestamp);
      assert.deepEqual(cursor.key, expected[i].key);
      assert.deepEqual(cursor.value, expected[i].value);
      assert.deepEqual(cursor.headers, expected[i].headers);
    }
    assert.ok(!cursor.next());
    assert.equal(cursor.flaw, null);
    assert.equal(batch.crc(bytes, 0), batch.computeCrc(PORTS.digest, bytes, 0));
    assert.equal(batch.recordCount(bytes, 0), 10);
    assert.equal(batch.maxTimestamp(bytes, 0), Math.max(...expected.map((one) => one.timestamp as number)));
  }
});

test("every cut of a batch is told as a flaw, never read beyond", () => {
  const bytes = built();
  const cursor = new RecordCursor(PORTS.compression);
  for (let length = 61; length < bytes.length; length++) {
    const cut = bytes.slice(0, length);
    writeInt32(cut, 8, length - 12);
    cursor.reset(cut, 0);
    while (cursor.next()) {}
    assert.notEqual(cursor.flaw, null, `cut to ${length}`);
  }
});

test("random bytes where records should be never throw", () => {
  const cursor = new RecordCursor(PORTS.compression);
  let seed = 1;
  for (let round = 0; round < 3000; round++) {
    const bytes = built({}, records(4));
    for (let i = 0; i < 6; i++) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      bytes[61 + (seed % (bytes.length - 61))] = seed >> 8;
    }
    cursor.reset(bytes, 0);
    let count = 0;
    while (cursor.next()) count++;
    assert.ok(count <= 4);
  }
});

test("snappy is read in both framings and written in Java's", () => {
  const plain = text("some text ".repeat(9000));
  const framed = compressRecords(PORTS.compression, 2, plain);
  assert.deepEqual([...framed.subarray(0, 8)], [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
  assert.deepEqual(decompressRecords(PORTS.compression, 2, framed, 0, framed.length), plain);
  const raw = PORTS.compression.compress(2, plain);
  assert.deepEqual(decompressRecords(PORTS.compression, 2, raw, 0, raw.length), plain);
  const cut = framed.subarray(0, framed.length - 1);
  assert.throws(() => decompressRecords(PORTS.compression, 2, cut, 0, cut.length), CompressionError);
});

test("what a batch may grow to is bounded", () => {
  assert.equal(decompressedLimit(10), 1048576);
  assert.equal(decompressedLimit(100000), 10000000);
  assert.equal(decompressedLimit(10000000), 67108864);
  const bomb = built({ codec: 1 }, [{ key: null, value: new Uint8Array(5000000) }]);
  assert.equal(validate(bomb).error, ErrorCode.INVALID_RECORD);
});

test("a sound batch gets its offsets and epoch, and keeps its bytes otherwise", () => {
  const bytes = built();
  const before = bytes.slice();
  const result = validate(bytes);
  assert.equal(result.error, 0, result.message ?? "");
  assert.equal(result.bytes, bytes);
  assert.equal(batch.baseOffset(bytes, 0), 100);
  assert.equal(batch.partitionLeaderEpoch(bytes, 0), 3);
  assert.deepEqual(bytes.subarray(17), before.subarray(17));
  assert.equal(result.recordCount, 10);
  assert.equal(result.maxTimestamp, batch.maxTimestamp(before, 0));
});

test("a wrong maximum timestamp is set right, and the CRC with it", () => {
  const bytes = built();
  const right = batch.maxTimestamp(bytes, 0);
  writeInt64(bytes, 35, 5);
  fix(bytes);
  const result = validate(bytes);
  assert.equal(result.error, 0);
  assert.equal(batch.maxTimestamp(result.bytes, 0), right);
  assert.equal(batch.crc(result.bytes, 0), batch.computeCrc(PORTS.digest, result.bytes, 0));
});

test("LogAppendTime sets the broker's time for all records", () => {
  const result = validate(built(), { messageTimestampType: "LogAppendTime" });
  assert.equal(result.logAppendTime, NOW);
  assert.ok(batch.isLogAppendTime(result.bytes, 0));
  const cursor = new RecordCursor(PORTS.compression);
  cursor.reset(result.bytes, 0);
  while (cursor.next()) assert.equal(cursor.timestamp, NOW);
  assert.equal(batch.crc(result.bytes, 0), batch.computeCrc(PORTS.digest, result.bytes, 0));
});

test("compression.type makes the broker compress, or decompress", () => {
  for (const [from, type, to] of [
    [0, "gzip", 1],
    [1, "uncompressed", 0],
    [1, "snappy", 2],
    [1, "producer", 1],
    [1, "gzip", 1],
  ] as const) {
    const result = validate(built({ codec: from, producerId: 9, producerEpoch: 1, baseSequence: 5 }), {
      compressionType: type,
    });
    assert.equal(result.error, 0, result.message ?? "");
    assert.equal(batch.codecOf(result.bytes, 0), to);
    assert.equal(batch.baseSequence(result.bytes, 0), 5);
    assert.equal(batch.crc(result.bytes, 0), batch.computeCrc(PORTS.digest, result.bytes, 0));
    const cursor = new RecordCursor(PORTS.compression);
    cursor.reset(result.bytes, 0);
    let count = 0;
    while (cursor.next()) assert.deepEqual(cursor.value, records(10)[count++].value);
    assert.equal(count, 10);
  }
});

test("records that are numbered wrongly are numbered again", () => {
  const bytes = built({}, records(3));
  const cursor = new RecordCursor(PORTS.compression);
  cursor.reset(bytes, 0);
  cursor.next();
  cursor.next();
  // The offset delta is the one byte before the key's length.
  bytes[cursor.keyLengthAt - 1] = 0;
  const result = validate(fix(bytes));
  assert.equal(result.error, 0, result.message ?? "");
  cursor.reset(result.bytes, 0);
  const offsets: number[] = [];
  while (cursor.next()) offsets.push(cursor.offset);
  assert.deepEqual(offsets, [100, 101, 102]);
  assert.equal(batch.crc(result.bytes, 0), batch.computeCrc(PORTS.digest, result.bytes, 0));
});

test("what a producer must not send gets Kafka's error", () => {
  const cases: [string, Uint8Array, number, Partial<ValidationRules>?, number?][] = [
    ["nothing", new Uint8Array(0), ErrorCode.INVALID_RECORD],
    ["half a batch", built().subarray(0, 50), ErrorCode.INVALID_RECORD],
    ["two batches", Uint8Array.from([...built(), ...built()]), ErrorCode.INVALID_RECORD],
    [
      "a wrong CRC",
      (() => {
        const b = built();
        b[70] ^= 1;
        return b;
      })(),
      ErrorCode.CORRUPT_MESSAGE,
    ],
    [
      "a length of nonsense",
      (() => {
        const b = built();
        writeInt32(b, 8, 3);
        return b;
      })(),
      ErrorCode.CORRUPT_MESSAGE,
    ],
    [
      "format 0",
      (() => {
        const b = built();
        b[16] = 0;
        return b;
      })(),
      ErrorCode.INVALID_RECORD,
    ],
    [
      "format 1",
      (() => {
        const b = built();
        b[16] = 1;
        return b;
      })(),
      ErrorCode.INVALID_RECORD,
    ],
    [
      "format 3",
      (() => {
        const b = built();
        b[16] = 3;
        return b;
      })(),
      ErrorCode.CORRUPT_MESSAGE,
    ],
    ["a base offset", built({ baseOffset: 5 }), ErrorCode.INVALID_RECORD],
    ["a control batch", built({ isControl: true }), ErrorCode.INVALID_RECORD],
    [
      "a wrong count",
      (() => {
        const b = built();
        writeInt32(b, 57, 9);
        return fix(b);
      })(),
      ErrorCode.INVALID_RECORD,
    ],
    [
      "no records",
      (() => {
        const b = built();
        writeInt32(b, 57, 0);
        return fix(b);
      })(),
      ErrorCode.INVALID_RECORD,
    ],
    [
      "count and range that agree on too many",
      (() => {
        const b = built();
        writeInt32(b, 57, 11);
        writeInt32(b, 23, 10);
        return fix(b);
      })(),
      ErrorCode.INVALID_RECORD,
    ],
    ["an id without a sequence", built({ producerId: 4, producerEpoch: 0 }), ErrorCode.INVALID_RECORD],
    [
      "zstd in an old request",
      (() => {
        const b = built();
        b[22] = 4;
        return fix(b);
      })(),
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
      {},
      6,
    ],
    ["too large", built(), ErrorCode.MESSAGE_TOO_LARGE, { maxMessageBytes: 100 }],
    ["a time to come", built({}, [{ key: null, value: null, timestamp: NOW + 3600001 }]), ErrorCode.INVALID_TIMESTAMP],
    [
      "a time long gone",
      built({}, [{ key: null, value: null, timestamp: NOW - 1001 }]),
      ErrorCode.INVALID_TIMESTAMP,
      { messageTimestampBeforeMaxMs: 1000 },
    ],
    ["no key", built(), ErrorCode.INVALID_RECORD, { compact: true }],
    [
      "damaged compression",
      (() => {
        const b = built({ codec: 1 });
        b[80] ^= 255;
        return fix(b);
      })(),
      ErrorCode.INVALID_RECORD,
    ],
  ];
  for (const [name, bytes, error, rules, version] of cases) {
    const result = validate(bytes, rules, version);
    assert.equal(result.error, error, `${name}: ${result.message}`);
    assert.notEqual(result.message, null);
  }
  const result = validate(built(), { compact: true });
  assert.deepEqual(
    result.recordErrors.map((one) => one.batchIndex),
    [1, 3, 5, 7, 9],
  );
});

test("a batch with LogAppendTime is refused or set right as Kafka does it", () => {
  const result = validate(built({ logAppendTime: true }));
  assert.equal(result.error, 0);
  assert.ok(!batch.isLogAppendTime(result.bytes, 0));
});

test("a transaction marker is a control batch that only a coordinator writes", () => {
  const marker = buildEndTransactionMarker(
    { timestamp: NOW, producerId: 4, producerEpoch: 2, coordinatorEpoch: 9, commit: false },
    PORTS,
  );
  assert.equal(validate(marker.slice()).error, ErrorCode.INVALID_RECORD);
  const result = validate(marker, {}, 12, false);
  assert.equal(result.error, 0, result.message ?? "");
  const cursor = new RecordCursor(PORTS.compression);
  cursor.reset(result.bytes, 0);
  assert.ok(cursor.next());
  assert.equal(controlTypeOf(cursor.key), ControlType.ABORT);
});

test("timestamps beyond what a number holds are refused, not misread", () => {
  const bytes = built({}, [{ key: null, value: null }]);
  bytes.set([0x7f, 255, 255, 255, 255, 255, 255, 255], 27);
  const result = validate(fix(bytes));
  assert.equal(result.error, ErrorCode.INVALID_TIMESTAMP);
});
