import { isUuid } from "../base/uuid.js";
import { parseHostPort } from "../config/listeners.js";
import type { NodeConfig } from "../config/node-config.js";
import { localEndpoints } from "../raft/raft-options.js";
import type { InitialVoter } from "../server/bootstrap-file.js";
import type { InitialVoters } from "../server/format.js";
import { ExitCode, StartFailure } from "./start-failure.js";

/** What format is told of the voters of a dynamic quorum: at most one of the two, as Apache Kafka's storage tool has them (KIP-853). */
export interface InitialControllers {
  /** This node is the only voter. */
  readonly standalone?: boolean;
  /** `ID@HOST:PORT:DIRECTORY,…`; false: this node joins a quorum that there is. */
  readonly initialControllers?: string | false;
}

const VOTERS = "controller.quorum.voters";
const NODE_ID_MAX = 2147483647;

/** The voters that format writes down; null: none, of a static quorum and of a node that joins one. Throws a StartFailure. */
export function initialVotersOf(config: NodeConfig, options: InitialControllers): InitialVoters | null {
  const { standalone, initialControllers } = options;
  const isGiven = standalone === true || typeof initialControllers === "string";
  const isStatic = config.quorumVoters.length > 0;
  if (isGiven && isStatic) {
    throw misuse(
      `${VOTERS} names the voters of a static quorum, so --standalone and --initial-controllers cannot. For a dynamic quorum, set controller.quorum.bootstrap.servers instead of ${VOTERS}.`,
    );
  }
  if (!isGiven && !isStatic && config.isController && initialControllers !== false) {
    throw misuse(
      `${VOTERS} is not set, so the quorum is dynamic, and a controller must be told of its voters: --standalone, --initial-controllers, or --no-initial-controllers where it joins a quorum that there is.`,
    );
  }
  if (!isGiven) return null;
  const [endpoint] = localEndpoints(config);
  if (standalone !== true) {
    const listenerName = config.controllerListenerNames[0];
    return { listenerName, voters: parseInitialVoters(String(initialControllers)) };
  }
  if (!config.isController || endpoint === undefined) {
    throw misuse(`--standalone is for controllers, and node ${config.nodeId} is none.`);
  }
  const { name, host, port } = endpoint;
  // Its directory gets its id when it is formatted.
  return { listenerName: name, voters: [{ id: config.nodeId, directoryId: "", host, port }] };
}

/**
 * A controller of a dynamic quorum cannot be formatted on the way, by `serve --cluster-id`: it would wait for ever for voters that nobody named.
 * Throws a StartFailure.
 */
export function checkFormatOnServe(config: NodeConfig, isFormatted: (directory: string) => boolean): void {
  if (!config.isController || config.quorumVoters.length > 0 || isFormatted(config.metadataLogDir)) return;
  throw new StartFailure(
    `${config.metadataLogDir} is not formatted, and ${VOTERS} is not set, so the quorum is dynamic: run \`holdfast format\` with --standalone, --initial-controllers or --no-initial-controllers.`,
    ExitCode.failure,
  );
}

/** `ID@HOST:PORT:DIRECTORY,…` by rising id. Throws a StartFailure. */
export function parseInitialVoters(text: string): InitialVoter[] {
  const byId = new Map<number, InitialVoter>();
  for (const entry of text.split(",").map((each) => each.trim())) {
    if (entry === "") continue;
    const at = entry.indexOf("@");
    const last = entry.lastIndexOf(":");
    const endpoint = parseHostPort(entry.slice(at + 1, Math.max(at + 1, last)));
    const id = Number(entry.slice(0, Math.max(0, at)));
    const directoryId = entry.slice(last + 1);
    if (
      !/^\d+@/.test(entry) ||
      id > NODE_ID_MAX ||
      (endpoint?.host ?? "") === "" ||
      endpoint === null ||
      !isUuid(directoryId)
    ) {
      throw misuse(
        `--initial-controllers: each voter must be ID@HOST:PORT:DIRECTORY, where DIRECTORY is an id of 22 characters, which "${entry}" is not.`,
      );
    }
    if (byId.has(id)) throw misuse(`--initial-controllers names node ${id} twice.`);
    byId.set(id, { id, directoryId, ...endpoint });
  }
  if (byId.size === 0) throw misuse("--initial-controllers names no voter.");
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

function misuse(message: string): StartFailure {
  return new StartFailure(message, ExitCode.usage);
}
