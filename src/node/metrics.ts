import { collectDefaultMetrics, Registry } from "prom-client";
import type { HoldfastNode } from "../server/node.js";

/** Makes the registry of one node; what it returns gathers and prints. */
export function createMetrics(_node: HoldfastNode): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}
