import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Admin } from "./admin.js";
import { Failure } from "./failure.js";
import { commitPositions, deleteGroup, deletePositions } from "./groups.js";

const { NONE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE } = ErrorCode;

/** Two brokers; who coordinates alternates, and the answers to changes come from `errors`, one after the other. */
function moving(errors: number[]): { admin: Admin; asked: number[] } {
  const asked: number[] = [];
  let coordinator = 2;
  const link = (id: number) => ({
    versionOf: () => 4,
    call: async (api: unknown) => {
      if (api === Apis.FindCoordinator) {
        coordinator = 3 - coordinator;
        return { coordinators: [{ nodeId: coordinator, errorCode: NONE }] };
      }
      asked.push(id);
      const errorCode = errors.shift() ?? NONE;
      const partitions = [{ partitionIndex: 0, errorCode }];
      const topics = [{ name: "orders", partitions: api === Apis.OffsetDelete ? [] : partitions }];
      return { errorCode, results: [{ errorCode }], topics };
    },
  });
  const admin = {
    any: async () => link(0),
    broker: async (id: number) => link(id),
    metadata: async () => ({ topics: [{ name: "orders", errorCode: NONE, partitions: [{ partitionIndex: 0 }] }] }),
  };
  return { admin: admin as unknown as Admin, asked };
}

const reset = [{ topic: "orders", partition: 0, before: null, after: 7 }];
const changes: readonly [string, (admin: Admin) => Promise<unknown>][] = [
  ["positions are set", (admin) => commitPositions(admin, "billing", reset)],
  ["positions are forgotten", (admin) => deletePositions(admin, "billing", "orders", null)],
  ["a group is deleted", (admin) => deleteGroup(admin, "billing")],
];

for (const [what, change] of changes) {
  test(`${what} though the coordinator is still loading, and moves meanwhile`, async () => {
    const { admin, asked } = moving([COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE]);
    await change(admin);
    assert.deepEqual(asked, [1, 2, 1, 2]);
  });

  test(`${what}: an error that does not pass is told at once`, async () => {
    const { admin, asked } = moving([ErrorCode.GROUP_AUTHORIZATION_FAILED]);
    await assert.rejects(change(admin), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, /GROUP_AUTHORIZATION_FAILED/);
      return true;
    });
    assert.deepEqual(asked, [1]);
  });
}
