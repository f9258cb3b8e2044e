import assert from "node:assert/strict";
import { test } from "node:test";
import { asLine } from "./events.js";

test("an event as a line: who tells, what, where, the facts, and why", () => {
  const isr = { broker: 1, kind: "isr", tNs: 5, topic: "orders", partition: 0, epoch: 2, leader: 1, isr: [1, 2] };
  assert.equal(
    asLine({ ...isr, cause: "broker 3 fell behind", detail: { proposed: true } }),
    "broker 1  isr              orders-0 epoch=2 leader=1 isr=[1,2] proposed=true (broker 3 fell behind)",
  );
  assert.equal(
    asLine({ broker: 2, kind: "fenced", peer: 3, epoch: 41, cause: "its connection was refused" }),
    "broker 2  fenced           peer=3 epoch=41 (its connection was refused)",
  );
  assert.equal(asLine({ broker: 2, kind: "topic", topic: "orders", cause: "" }), "broker 2  topic            orders");
});
