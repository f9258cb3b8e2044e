import type { NodeConfig } from "../config/node-config.js";
import type { RaftEndpoint } from "./voter-set.js";

export interface RaftOptions {
  /** Node id, roles, listeners, voters or bootstrap servers, `controller.quorum.*` and `metadata.*`. */
  readonly config: NodeConfig;
  readonly clusterId: string;
}

/** Of the controllers' listeners, as others reach them. */
export function localEndpoints(config: NodeConfig): RaftEndpoint[] {
  const own = config.quorumVoters.find((voter) => voter.id === config.nodeId);
  return config.controllerListenerNames.flatMap((name) => {
    const listener =
      config.advertisedListeners.find((each) => each.name === name) ??
      config.listeners.find((each) => each.name === name);
    if (listener === undefined) return [];
    const isWildcard = listener.host === "" || listener.host === "0.0.0.0" || listener.host === "::";
    const host = isWildcard ? (own?.host ?? "localhost") : listener.host;
    return [{ name, host, port: listener.port === 0 ? (own?.port ?? 0) : listener.port }];
  });
}
