import { Holdfast } from "../../index.js";
import { Admin } from "../admin.js";
import { pause } from "../readiness.js";
import { HoldfastError, translated } from "./error.js";
import { Namespace } from "./namespace.js";
import type { ClusterOptions } from "./options.js";

/** Environment variable by which test files that run in other processes find the cluster of the global set-up. */
export const BROKERS_VARIABLE = "KAFKA_BROKERS";

/** Starts the cluster that all test files share, and tells them of it. Returns what stops it. */
export async function startShared(options: ClusterOptions): Promise<() => Promise<void>> {
  const before = process.env[BROKERS_VARIABLE];
  const cluster = await Holdfast.start(options);
  process.env[BROKERS_VARIABLE] = cluster.bootstrapServers;
  return async () => {
    if (before === undefined) delete process.env[BROKERS_VARIABLE];
    else process.env[BROKERS_VARIABLE] = before;
    await cluster.stop();
  };
}

/** Of the cluster that a global set-up started; throws a `HoldfastError` where there is none. */
export function sharedBootstrapServers(): string {
  const servers = process.env[BROKERS_VARIABLE];
  if (servers) return servers;
  throw new HoldfastError("FAILED", `There is no ${BROKERS_VARIABLE}: is Holdfast the runner's global set-up?`);
}

/** A namespace of a cluster that runs elsewhere; `close` lets its connections go. */
export async function openNamespace(
  bootstrapServers: string,
  prefix?: string,
): Promise<{ namespace: Namespace; close(): Promise<void> }> {
  const admin = await translated(() => Admin.connect(bootstrapServers));
  const { brokers } = await translated(() => admin.metadata([]));
  const host = {
    size: brokers.length,
    admin: async () => admin,
    untilInSync: (topic: string) => translated(() => untilInSync(admin, topic)),
  };
  const namespace = new Namespace(host, prefix);
  return { namespace, close: async () => admin.close() };
}

const IN_SYNC_LIMIT_MS = 15_000;
const PAUSE_MS = 10;

async function untilInSync(admin: Admin, topic: string): Promise<void> {
  const deadline = Date.now() + IN_SYNC_LIMIT_MS;
  for (;;) {
    const { topics } = await admin.metadata([topic]);
    const [found] = topics;
    const isInSync =
      found?.errorCode === 0 &&
      found.partitions.every(({ leaderId, isrNodes, replicaNodes }) => {
        return leaderId >= 0 && isrNodes.length === replicaNodes.length;
      });
    if (isInSync) return;
    if (Date.now() > deadline) throw new HoldfastError("NOT_READY", `The topic ${topic} was not in sync in time.`);
    await pause(PAUSE_MS);
  }
}
