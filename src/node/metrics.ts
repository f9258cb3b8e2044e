import { performance } from "node:perf_hooks";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { HoldfastNode } from "../server/node.js";
import { exposeNode } from "./broker-metrics.js";
import { exposeCluster } from "./cluster-metrics.js";
import { Exposition } from "./exposition.js";

/** What it returns gathers all metrics of one node and prints them. */
export function createMetrics(node: HoldfastNode): () => Promise<string> {
  // nodejs_* and process_*: what the runtime tells of itself is the library's to know.
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let before = performance.eventLoopUtilization();
  return async () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const exposition = new Exposition();
    exposeNode(node, 1 - utilization, exposition);
    await exposeCluster(node, exposition);
    return exposition.text + (await registry.metrics());
  };
}
