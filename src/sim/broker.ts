import { ClusterChecker } from "./checkers/cluster-checker.js";
import { Workload } from "./workload/workload.js";
import type { WorldParts } from "./world.js";

/** The shipped broker on simulated ports, with its clients and its checkers. */
export function productionParts(): WorldParts {
  return {
    program: () => {
      throw new Error("the broker is not assembled yet");
    },
    checker: (world) => new ClusterChecker(world),
    workload: (world) => new Workload(world),
  };
}
