import type { NodeConfig } from "../config/node-config.js";

export interface RaftOptions {
  /** Node id, roles, listeners, voters or bootstrap servers, `controller.quorum.*` and `metadata.*`. */
  readonly config: NodeConfig;
  readonly clusterId: string;
}
