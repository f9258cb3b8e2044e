import assert from "node:assert/strict";
import { test } from "node:test";
import { PartitionChecker } from "./partition-checker.js";
import type { ShadowBatch } from "./shadow-log.js";
import { Violation } from "./violation.js";

const batch = (base: number, epoch: number, crc = base * 100 + epoch): ShadowBatch => ({
  base,
  last: base,
  epoch,
  crc,
});

/** Three replicas that all have offsets 0 and 1 of epoch 1, appended by leader 1. */
function replicated(): PartitionChecker {
  const checker = new PartitionChecker("t-0");
  for (const offset of [0, 1]) {
    checker.onAppend(1, batch(offset, 1), true);
    for (const follower of [2, 3]) checker.onAppend(follower, batch(offset, 1), false);
  }
  for (const shadow of checker.shadows.values()) {
    shadow.written = 2;
    shadow.flushed = 2;
  }
  return checker;
}

function breaks(invariant: number, body: () => void): void {
  assert.throws(body, (error) => error instanceof Violation && error.invariant === invariant);
}

test("a log that all replicas share breaks nothing", () => {
  const checker = replicated();
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2, 3], true);
  checker.onFollowerHighWatermark(2, 0, 2);
  checker.onLeader(2, 2);
  checker.onMember(3, 2, "is in the ISR");
  checker.checkExistence();
  assert.equal(checker.trueHighWatermark, 2);
});

test("1: an elected leader without a committed record", () => {
  const checker = replicated();
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2, 3], false);
  checker.shadow(3).truncate(1);
  breaks(1, () => checker.onLeader(3, 2));
});

test("1: an elected leader with another record in a committed one's place", () => {
  const checker = replicated();
  checker.shadow(3).truncate(1);
  checker.onAppend(3, batch(1, 2), true);
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2], false);
  breaks(1, () => checker.onLeader(3, 2));
});

test("2: a member of the ISR that is behind the true high watermark", () => {
  const checker = replicated();
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2, 3], false);
  checker.shadow(2).truncate(1);
  breaks(2, () => checker.onMember(2, 2, "is in the ISR"));
});

test("3: members of the ISR disagree below the high watermark", () => {
  const checker = replicated();
  checker.shadow(3).truncate(1);
  checker.onAppend(3, batch(1, 2), true);
  checker.shadow(3).written = 2;
  breaks(3, () => checker.onLeaderHighWatermark(1, 2, 1, [1, 2, 3], false));
});

test("4: a committed record that no replica has any more", () => {
  const checker = replicated();
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2, 3], false);
  for (const shadow of checker.shadows.values()) shadow.truncate(1);
  breaks(4, () => checker.checkExistence());
});

test("5: other bytes, or another past, under the same offset and epoch", () => {
  const bytes = replicated();
  bytes.shadow(2).truncate(1);
  breaks(5, () => bytes.onAppend(2, batch(1, 1, 999), false));
  const past = replicated();
  past.onAppend(1, batch(2, 3), true);
  past.shadow(2).truncate(1);
  past.onAppend(2, batch(1, 2), true);
  breaks(5, () => past.onAppend(2, batch(2, 3), false));
});

test("6: two leaders append in one epoch", () => {
  const checker = replicated();
  checker.shadow(2).truncate(2);
  breaks(6, () => checker.onAppend(2, batch(2, 1), true));
});

test("7 and 12: epochs that go back, offsets that leave a gap", () => {
  breaks(7, () => replicated().onAppend(1, batch(2, 0), true));
  breaks(12, () => replicated().onAppend(1, batch(3, 1), true));
});

test("8 and 13: a high watermark beyond what a counted replica has, has written, or has fsynced", () => {
  const short = replicated();
  short.onAppend(1, batch(2, 1), true);
  breaks(8, () => short.onLeaderHighWatermark(1, 3, 1, [1, 2], false));
  const unwritten = replicated();
  unwritten.shadow(2).written = 1;
  breaks(8, () => unwritten.onLeaderHighWatermark(1, 2, 1, [1, 2], false));
  const unsynced = replicated();
  unsynced.shadow(2).flushed = 1;
  breaks(13, () => unsynced.onLeaderHighWatermark(1, 2, 1, [1, 2], true));
});

test("9: committed records that were right are truncated; diverging ones may go", () => {
  const checker = replicated();
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2, 3], false);
  breaks(9, () => checker.onTruncate(2, 1, "truncate"));
  const diverged = replicated();
  diverged.shadow(3).truncate(1);
  diverged.onAppend(3, batch(1, 2), true);
  diverged.onLeaderHighWatermark(1, 2, 1, [1, 2], false);
  diverged.onTruncate(3, 1, "truncate");
});

test("10: a follower adopts the high watermark before it has truncated", () => {
  const checker = replicated();
  checker.shadow(3).truncate(1);
  checker.onAppend(3, batch(1, 2), true);
  checker.onLeaderHighWatermark(1, 2, 1, [1, 2], false);
  breaks(10, () => checker.onFollowerHighWatermark(3, 1, 2));
});
