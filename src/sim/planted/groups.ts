import { ShardLoader } from "../../coordinator/shard-loader.js";
import type { CommitRequest } from "../../groups/group-request.js";
import { GroupShard } from "../../groups/group-shard.js";
import { type PlantedBug, replaceMethod } from "./plant.js";

/** Whoever is a member may commit, whatever generation it thinks that the group is in. */
export const OLD_GENERATION_COMMITS: PlantedBug = {
  name: "old-generation-commits",
  what: "a coordinator takes positions in the name of a generation that is over",
  invariants: [23],
  within: 5,
  plant: () =>
    replaceMethod(GroupShard, "commitError", (original) => {
      return function commitError(this: GroupShard, request: CommitRequest, version: number): unknown {
        const group = this.groups.get(request.groupId);
        const asked = group === undefined ? request : { ...request, generationIdOrMemberEpoch: group.generationId };
        return original.call(this, asked as never, version as never);
      };
    }),
};

/** A coordinator that takes over leaves every fifth batch out. */
export const BATCH_SKIPPED_AT_LOAD: PlantedBug = {
  name: "batch-skipped-at-load",
  what: "a coordinator that loads its log skips a batch, and so positions are lost on failover",
  invariants: [22, 23, 24],
  within: 5,
  plant: () =>
    replaceMethod(ShardLoader, "replayBatch", (original) => {
      let count = 0;
      return function replayBatch(this: unknown, ...args: never[]): unknown {
        return ++count % 5 === 0 ? undefined : original.apply(this, args);
      };
    }),
};
