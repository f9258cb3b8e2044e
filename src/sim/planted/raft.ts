import { ElectionStore } from "../../raft/election-store.js";
import { type PlantedBug, replaceMethod } from "./plant.js";

/** A vote is answered while it is on its way to the disk: after a loss of power the same voter may vote again in the epoch. */
export const VOTE_BEFORE_FSYNC: PlantedBug = {
  name: "vote-before-fsync",
  what: "a vote is answered before quorum-state is durable",
  invariants: [25],
  within: 5,
  plant: () =>
    replaceMethod(ElectionStore, "after", () => {
      return function after(this: unknown, release: () => void): void {
        release();
      };
    }),
};
