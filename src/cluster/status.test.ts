import assert from "node:assert/strict";
import { test } from "node:test";
import { healthLine } from "./status.js";

const WELL = {
  brokers: 3,
  partitions: 4,
  underReplicated: [],
  offline: [],
  hasController: true,
  absent: new Map<number, string>(),
  behind: [],
};

test("the line of health says why: who is away and how it ended, who has not caught up", () => {
  assert.equal(healthLine(WELL), "All 3 brokers are up; all 4 partitions have their full ISR.");
  assert.equal(
    healthLine({ ...WELL, underReplicated: ["a-0"], absent: new Map([[3, "SIGKILL"]]) }),
    "1 of 4 partitions miss replicas: a-0. Broker 3 is not in the cluster (SIGKILL).",
  );
  assert.equal(
    healthLine({ ...WELL, underReplicated: ["a-0", "a-1", "a-2", "a-3"], behind: [1, 2] }),
    "4 of 4 partitions miss replicas: a-0, a-1, a-2 and 1 more. Brokers 1, 2 have not caught up yet.",
  );
  assert.equal(
    healthLine({ ...WELL, offline: ["b-0"], absent: new Map([[2, ""]]) }),
    "1 of 4 partitions have no leader: b-0. Broker 2 is not in the cluster.",
  );
  assert.match(healthLine({ ...WELL, hasController: false }), /^No controller: a majority/);
});

test("a broker that is away is told although it holds nothing", () => {
  assert.equal(
    healthLine({ ...WELL, brokers: 2, absent: new Map([[3, ""]]) }),
    "Broker 3 is not in the cluster. All 4 partitions have their full ISR.",
  );
});
