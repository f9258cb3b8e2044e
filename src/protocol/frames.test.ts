import assert from "node:assert/strict";
import { test } from "node:test";
import { writeInt16, writeInt32 } from "../base/bytes.js";
import { SeededRandom } from "../base/random.js";
import { Apis, apiByKey } from "./apis.js";
import { decode, encode, ProtocolError } from "./codec.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "./errors.js";
import { decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse, FrameReader } from "./frames.js";

function frameOf(chunks: readonly Uint8Array[]): Uint8Array {
  const reader = new FrameReader(1 << 20);
  for (const chunk of chunks) reader.push(chunk);
  const frame = reader.next();
  assert.ok(frame !== null);
  assert.equal(reader.next(), null);
  assert.equal(reader.bufferedBytes, 0);
  return frame;
}

test("a request is read as it was sent, in a version with each kind of header", () => {
  for (const version of [8, 9, 13]) {
    const records = new Uint8Array([1, 2, 3]);
    const place = version === 13 ? { topicId: "8aNN1LkPQkqxGVjk4m1bXw" } : { name: "orders" };
    const body = { acks: -1, timeoutMs: 1, topicData: [{ ...place, partitionData: [{ index: 4, records }] }] };
    const frame = frameOf(encodeRequest(Apis.Produce, version, 77, "client-ä", body));
    const header = decodeRequestHeader(frame);
    assert.deepEqual(
      { ...header, bodyAt: 0 },
      { apiKey: 0, apiVersion: version, correlationId: 77, clientId: "client-ä", bodyAt: 0 },
    );
    const decoded = decode(Apis.Produce.request, version, frame, header.bodyAt);
    assert.deepEqual(decoded.topicData[0].partitionData, [{ index: 4, records }]);
  }
});

test("a client without an id sends null", () => {
  assert.equal(decodeRequestHeader(frameOf(encodeRequest(Apis.ListGroups, 4, 1, null, {}))).clientId, null);
});

test("a response is read as it was sent", () => {
  for (const version of [0, 12]) {
    const frame = frameOf(encodeResponse(Apis.Metadata, version, -5, { brokers: [{ nodeId: 1, host: "h", port: 9 }] }));
    const { correlationId, body } = decodeResponse(Apis.Metadata, version, frame);
    assert.equal(correlationId, -5);
    assert.equal(body.brokers[0].host, "h");
  }
});

test("a response to ApiVersions has the oldest header, and an answer that the version is not known is read as version 0", () => {
  assert.equal(Apis.ApiVersions.responseHeaderVersion(4), 0);
  const body = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] };
  const refused = frameOf(encodeResponse(Apis.ApiVersions, 0, 9, body));
  assert.equal(decodeResponse(Apis.ApiVersions, 4, refused).body.apiKeys[0].maxVersion, 3);
  const accepted = frameOf(encodeResponse(Apis.ApiVersions, 4, 9, { ...body, errorCode: 0 }));
  assert.equal(decodeResponse(Apis.ApiVersions, 4, accepted).body.apiKeys[0].maxVersion, 3);
});

test("of a request in a version that is not served, key, version and correlation id are known", () => {
  const bytes = new Uint8Array(12);
  writeInt16(bytes, 0, 18);
  writeInt16(bytes, 2, 99);
  writeInt32(bytes, 4, 1234);
  const { apiKey, apiVersion, correlationId } = decodeRequestHeader(bytes);
  assert.deepEqual([apiKey, apiVersion, correlationId], [18, 99, 1234]);
});

test("a request that is too short, or for an API that is not there, is a ProtocolError", () => {
  assert.throws(() => decodeRequestHeader(new Uint8Array(7)), ProtocolError);
  for (const key of [4, 999, -1]) {
    const bytes = new Uint8Array(20);
    writeInt16(bytes, 0, key);
    assert.throws(() => decodeRequestHeader(bytes), ProtocolError);
  }
});

test("frames come out whole and in order, wherever the stream was cut", () => {
  const random = new SeededRandom(5);
  for (let round = 0; round < 50; round++) {
    const frames = Array.from({ length: 8 }, () => new Uint8Array(random.below(random.chance(0.2) ? 5000 : 40)));
    for (const frame of frames) random.fill(frame);
    const stream = Buffer.concat(
      frames.flatMap((frame) => {
        const length = Buffer.alloc(4);
        length.writeInt32BE(frame.length);
        return [length, frame];
      }),
    );
    const reader = new FrameReader(5000);
    const read: Buffer[] = [];
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + 1 + random.below(random.chance(0.5) ? 3 : 300));
      reader.push(Uint8Array.prototype.slice.call(stream, at, end));
      at = end;
      for (let frame = reader.next(); frame !== null; frame = reader.next()) read.push(Buffer.from(frame));
    }
    assert.deepEqual(
      read,
      frames.map((frame) => Buffer.from(frame)),
    );
    assert.equal(reader.bufferedBytes, 0);
  }
});

test("a frame above the limit, or of a negative length, is refused as soon as its length is there", () => {
  for (const length of [101, 0x7fffffff, -1]) {
    const reader = new FrameReader(100);
    const bytes = new Uint8Array(4);
    writeInt32(bytes, 0, length);
    reader.push(bytes);
    assert.throws(() => reader.next(), ProtocolError);
  }
});

test("messages that were sent are not changed by those that follow", () => {
  const first = encodeResponse(Apis.Heartbeat, 4, 1, { errorCode: 27 });
  const copy = Buffer.concat(first);
  for (let i = 0; i < 5000; i++) encodeResponse(Apis.Heartbeat, 4, 2, { errorCode: 3 });
  assert.deepEqual(Buffer.concat(first), copy);
  const long = { topics: [{ name: "x".repeat(30_000) }, { name: "y".repeat(30_000) }, { name: "z".repeat(30_000) }] };
  const chunks = encodeResponse(Apis.Metadata, 9, 3, long);
  assert.deepEqual(Buffer.concat(chunks).subarray(9), Buffer.from(encode(Apis.Metadata.response, 9, long)));
});

test("an encoding that failed leaves no trace in the next", () => {
  assert.throws(
    () => encodeRequest(Apis.Metadata, 12, 1, "c", { topics: [{ name: "a".repeat(40_000) }] }),
    ProtocolError,
  );
  const header = decodeRequestHeader(frameOf(encodeRequest(Apis.Metadata, 12, 2, "c", { topics: [{ name: "b" }] })));
  assert.equal(header.correlationId, 2);
});

test("Produce is advertised from version 0, the other APIs from the lowest that is served", () => {
  for (const api of Object.values(Apis)) {
    assert.equal(api.minVersionAdvertised, api.key === 0 ? 0 : api.minVersion);
    assert.equal(apiByKey(api.key), api);
  }
  assert.equal(Apis.InitProducerId.maxVersion, 5);
});

test("every error code has a name and a sentence, also one that is not known", () => {
  for (const [name, code] of Object.entries(ErrorCode)) {
    assert.equal(errorName(code), name);
    assert.match(errorMessage(code), /^[A-Za-z].*\.$/);
  }
  assert.equal(errorName(999), "UNKNOWN_CODE_999");
  assert.match(errorMessage(999), /999/);
  assert.equal(isRetriable(ErrorCode.NOT_LEADER_OR_FOLLOWER), true);
  assert.equal(isRetriable(ErrorCode.UNSUPPORTED_VERSION), false);
});
