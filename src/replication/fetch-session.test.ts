import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../protocol/errors.js";
import type { FetchRequest } from "../protocol/messages/01-fetch.js";
import { TestPorts } from "../storage/testing/ports.js";
import { FetchSessions } from "./fetch-session.js";

const TOPIC_ID = "JZH3TQyVTOCWWpLhbxpxjQ";
const VERSION = 17;

function request(
  sessionId: number,
  sessionEpoch: number,
  partitions: number[] = [],
  forgotten: number[] = [],
): FetchRequest {
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1000,
    isolationLevel: 0,
    sessionId,
    sessionEpoch,
    topics: [
      {
        topic: "",
        topicId: TOPIC_ID,
        partitions: partitions.map((partition) => ({
          partition,
          currentLeaderEpoch: 0,
          fetchOffset: 10 + partition,
          lastFetchedEpoch: -1,
          logStartOffset: -1,
          partitionMaxBytes: 1000,
          replicaDirectoryId: TOPIC_ID,
          highWatermark: 0,
        })),
      },
    ],
    forgottenTopicsData: [{ topic: "", topicId: TOPIC_ID, partitions: forgotten }],
    rackId: "",
  };
}

test("a session remembers its partitions, takes in changes and forgets what it is told to", () => {
  const sessions = new FetchSessions(new TestPorts(), 10);
  const id = sessions.contextFor(request(0, 0, [0, 1]), VERSION, false).sessionId;
  assert.notEqual(id, 0);
  const next = sessions.contextFor(request(id, 1, [2], [0]), VERSION, false);
  assert.equal(next.errorCode, ErrorCode.NONE);
  assert.equal(next.isIncremental, true);
  assert.deepEqual(
    next.parts.map((part) => [part.index, part.fetchOffset]),
    [
      [1, 11],
      [2, 12],
    ],
  );
});

test("a wrong epoch, an unknown session and a change from ids to names are refused", () => {
  const sessions = new FetchSessions(new TestPorts(), 10);
  const id = sessions.contextFor(request(0, 0, [0]), VERSION, false).sessionId;
  assert.equal(sessions.contextFor(request(id, 7), VERSION, false).errorCode, ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  assert.equal(sessions.contextFor(request(id + 1, 1), VERSION, false).errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  assert.equal(sessions.contextFor(request(id, 1), 12, false).errorCode, ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
});

test("without a session all partitions are read, and a session that is closed is gone", () => {
  const sessions = new FetchSessions(new TestPorts(), 10);
  const id = sessions.contextFor(request(0, 0, [0]), VERSION, false).sessionId;
  const last = sessions.contextFor(request(id, -1, [3]), VERSION, false);
  assert.equal(last.sessionId, 0);
  assert.deepEqual(
    last.parts.map((part) => part.index),
    [3],
  );
  assert.equal(sessions.size, 0);
});

test("two requests of one session at the same time end it", () => {
  const sessions = new FetchSessions(new TestPorts(), 10);
  const context = sessions.contextFor(request(0, 0, [0]), VERSION, false);
  const id = context.sessionId;
  assert.ok(context.session !== null);
  context.session.isBusy = true;
  assert.equal(sessions.contextFor(request(id, 1), VERSION, false).errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
});

test("there are no more sessions than slots; a follower's takes the place of a consumer's", () => {
  const sessions = new FetchSessions(new TestPorts(), 1);
  const first = sessions.contextFor(request(0, 0, [0]), VERSION, false).sessionId;
  assert.equal(sessions.contextFor(request(0, 0, [0]), VERSION, false).sessionId, 0);
  assert.notEqual(sessions.contextFor(request(0, 0, [0]), VERSION, true).sessionId, 0);
  assert.equal(sessions.size, 1);
  assert.equal(sessions.contextFor(request(first, 1), VERSION, false).errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
});
