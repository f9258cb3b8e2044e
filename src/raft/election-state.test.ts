import assert from "node:assert/strict";
import { test } from "node:test";
import { asciiBytes, asciiText } from "../storage/checkpoint-file.js";
import { decodeQuorumState, encodeQuorumState } from "./election-state.js";

const DIRECTORY = "JZH3TQyVTOCWWpLhbxpxjQ";

test("quorum-state is Kafka's line of JSON, in version 0 and 1", () => {
  const election = { epoch: 4, leaderId: 2, voted: { id: 3, directoryId: DIRECTORY } };
  assert.equal(
    asciiText(encodeQuorumState(election, 0, "abc", [1, 2, 3])),
    '{"clusterId":"abc","leaderId":2,"leaderEpoch":4,"votedId":3,"appliedOffset":0,"currentVoters":[{"voterId":1},{"voterId":2},{"voterId":3}],"data_version":0}',
  );
  assert.equal(
    asciiText(encodeQuorumState(election, 1, "abc", [1, 2, 3])),
    `{"leaderId":2,"leaderEpoch":4,"votedId":3,"votedDirectoryId":"${DIRECTORY}","data_version":1}`,
  );
  assert.deepEqual(decodeQuorumState(encodeQuorumState(election, 1, "abc", [])), election);
  const none = { epoch: 0, leaderId: null, voted: null };
  assert.deepEqual(decodeQuorumState(encodeQuorumState(none, 0, "abc", [1])), none);
});

test("what is no quorum-state is told apart from one", () => {
  for (const text of ["", "{", "[]", "null", "{}", '{"leaderId":1,"leaderEpoch":-2,"votedId":1,"data_version":0}']) {
    assert.equal(decodeQuorumState(asciiBytes(text)), null, text);
  }
});
