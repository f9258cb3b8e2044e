import { Admin } from "../../src/cluster/admin.js";
import { DEFAULT_OPTIONS, LocalCluster, type LocalClusterOptions } from "../../src/cluster/local-cluster.js";
import { pause } from "../../src/cluster/readiness.js";
import { clusterStatus } from "../../src/cluster/status.js";
import { parseTopicSpec } from "../../src/cluster/topic-spec.js";
import { createTopic, describeTopics } from "../../src/cluster/topics.js";
import { chooseKafkaJvm } from "./kafka-jvm.js";

/** HOLDFAST_TEST_ENGINE=kafka proves a test on Apache Kafka itself. */
export const engine = process.env.HOLDFAST_TEST_ENGINE === "kafka" ? "kafka" : "holdfast";

/** What a test needs of a cluster, however its processes were set up. */
export interface RunningCluster extends Pick<LocalCluster, "bootstrapServers" | "brokers"> {
  readonly plan: { readonly host: string };
}

export async function startCluster(options: Partial<LocalClusterOptions> = {}): Promise<LocalCluster> {
  const all: LocalClusterOptions = { ...DEFAULT_OPTIONS, engine, anyPort: true, consolePort: null, ...options };
  if (all.engine === "kafka") await chooseKafkaJvm();
  return LocalCluster.start(all);
}

/** Starts again what is down: after a test that failed half way, the next one finds the cluster whole. */
export async function mend(cluster: LocalCluster): Promise<void> {
  await Promise.all(cluster.brokers.filter((broker) => !broker.isUp).map((broker) => broker.start()));
}

/** Creates `NAME:PARTITIONS:RF` and waits until every replica is in sync. */
export async function makeTopic(
  cluster: RunningCluster,
  spec: string,
  configs: Record<string, string> = {},
): Promise<string> {
  const topic = parseTopicSpec(spec);
  await withAdmin(cluster, (admin) => createTopic(admin, topic, configs, false));
  await untilInSync(cluster, topic.name);
  return topic.name;
}

export async function withAdmin<R>(cluster: RunningCluster, work: (admin: Admin) => Promise<R>): Promise<R> {
  const up = cluster.brokers.filter((broker) => broker.state === "running");
  const admin = await Admin.connect(up.map((broker) => `${cluster.plan.host}:${broker.plan.port}`).join(","));
  try {
    return await work(admin);
  } finally {
    admin.close();
  }
}

/** Waits until the controller counts all brokers among those that serve. */
export function untilServing(cluster: RunningCluster, limitMs = 30_000): Promise<void> {
  return until("all brokers serve", limitMs, async () => {
    const { brokers } = await withAdmin(cluster, clusterStatus);
    return brokers.length === cluster.brokers.length;
  });
}

/** Waits until all partitions of the topic have a leader and their full ISR. */
export async function untilInSync(cluster: RunningCluster, topic: string, limitMs = 60_000): Promise<void> {
  await until(`${topic} in sync`, limitMs, async () => {
    const [found] = await withAdmin(cluster, (admin) => describeTopics(admin, [topic]));
    return (
      found.partitions.length > 0 &&
      found.partitions.every((each) => each.leader !== null && each.isr.length === each.replicas.length)
    );
  });
}

export async function leaderOf(cluster: RunningCluster, topic: string, partition = 0): Promise<number> {
  const [found] = await withAdmin(cluster, (admin) => describeTopics(admin, [topic]));
  const { leader } = found.partitions[partition];
  if (leader === null) throw new Error(`${topic}-${partition} has no leader`);
  return leader;
}

/** Asks again until it holds; a question that fails counts as "not yet". Throws with the last failure at the limit. */
export async function until(what: string, limitMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limitMs;
  let last: unknown = null;
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
      last = null;
    } catch (error) {
      last = error;
    }
    await pause(20);
  }
  throw new Error(`not within ${limitMs} ms: ${what}${last === null ? "" : ` (${String(last)})`}`);
}
