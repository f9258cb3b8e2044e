import assert from "node:assert/strict";
import { test } from "node:test";
import { resetFrom, resetText } from "./groups.js";
import { FieldFailure } from "./request-fields.js";

test("a reset is taken as it was meant, or refused beside the field that is wrong; it is a dry run unless it says that it is none", () => {
  assert.deepEqual(resetFrom({ to: "shift", value: -3, dryRun: false }), { to: "shift", value: -3, dryRun: false });
  assert.deepEqual(resetFrom({ to: "latest" }), { to: "latest", value: 0, dryRun: true });
  const wrong = [
    [{ to: "nowhere" }, "to", /no reset to "nowhere"/],
    [{ to: "offset", value: 1.5 }, "value", /whole number/],
    [{ to: "offset", value: "7" }, "value", /whole number/],
    [{ to: "offset", value: -1 }, "value", /not be negative/],
    // What JSON makes of a date that is none.
    [{ to: "time", value: null }, "value", /date and a clock time/],
  ] as const;
  for (const [body, field, message] of wrong) {
    assert.throws(
      () => resetFrom(body),
      (error) => error instanceof FieldFailure && error.field === field && message.test(error.message),
    );
  }
});

test("what was moved is told by partition, the first three of many", () => {
  const plan = [0, 1, 2, 3, 4].map((partition) => ({
    topic: "orders",
    partition,
    committed: 5,
    start: 0,
    end: 9,
    lag: 4,
    target: partition,
  }));
  assert.equal(
    resetText("readers", { plan, done: true }),
    "moved group readers: orders-0 from 5 to 0, orders-1 from 5 to 1, orders-2 from 5 to 2 and 2 more",
  );
});
