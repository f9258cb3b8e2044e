import { expectNone } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { pause } from "../../cluster/readiness.js";
import { deleteTopics, describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { alterConfig } from "./brokers.js";
import type { Target } from "./target.js";

/** The topic of the experiment with a stale replica. */
export const STALE_TOPIC = "breakdown-stale";
const LIMIT_MS = 15_000;
const PAUSE_MS = 20;
const UNCLEAN = 1;

/**
 * A topic of two copies, of which one is enough to acknowledge: made anew, so that each experiment begins with an empty log. The brokers
 * without a copy keep the quorum while those two are down.
 */
export async function prepareStale(target: Target): Promise<{ topic: string; replicas: readonly number[] }> {
  expectThrowaway(target);
  const up = (target.local?.brokers ?? []).filter(({ state }) => state === "running").map(({ plan }) => plan.id);
  if (up.length < 3)
    throw new Failure(
      "Three running brokers are needed: two with copies, and one that keeps the quorum.",
      "Start all.",
    );
  const replicas = up.slice(0, 2);
  await target.ask(async (admin) => {
    const names = async () => (await describeTopics(admin, null)).map(({ name }) => name);
    if ((await names()).includes(STALE_TOPIC)) {
      await deleteTopics(admin, [STALE_TOPIC]);
      await until("the former topic is gone", async () => !(await names()).includes(STALE_TOPIC));
    }
    const link = await admin.any();
    const topic = {
      name: STALE_TOPIC,
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [{ partitionIndex: 0, brokerIds: replicas }],
      configs: [
        { name: "min.insync.replicas", value: "1" },
        { name: "unclean.leader.election.enable", value: "false" },
      ],
    };
    const { topics } = await link.call(Apis.CreateTopics, { topics: [topic], timeoutMs: LIMIT_MS });
    expectNone(topics[0].errorCode, topics[0].errorMessage, `The topic ${STALE_TOPIC} was not created`);
    await until("the topic has its leader", async () => {
      const [found] = (await describeTopics(admin, null)).filter(({ name }) => name === STALE_TOPIC);
      return found?.partitions[0]?.leader === replicas[0] && found.partitions[0].isr.length === 2;
    });
  });
  return { topic: STALE_TOPIC, replicas };
}

/** Lets a replica lead that may lack acknowledged records: what only others have is then given up. */
export async function electUncleanly(target: Target, topic: string, partition: number): Promise<void> {
  expectThrowaway(target);
  if (topic !== STALE_TOPIC) throw new Failure(`Only ${STALE_TOPIC} is sacrificed from here.`);
  await target.ask(async (admin) => {
    await alterConfig(admin, 2, topic, "unclean.leader.election.enable", "true");
    // The controller looks by itself only now and then.
    const link = await admin.any();
    const topicPartitions = [{ topic, partitions: [partition] }];
    const request = { electionType: UNCLEAN, topicPartitions, timeoutMs: LIMIT_MS };
    const answer = await link.call(Apis.ElectLeaders, request, LIMIT_MS);
    const code = answer.errorCode || answer.replicaElectionResults[0].partitionResult[0].errorCode;
    if (code !== ErrorCode.ELECTION_NOT_NEEDED) expectNone(code, null, `The unclean election of ${topic}-${partition}`);
  });
}

function expectThrowaway(target: Target): void {
  if (target.local === null) throw new Failure("Experiments run only on a cluster of this `holdfast up`.");
  if (!target.local.plan.ephemeral)
    throw new Failure("The data of this cluster is kept: experiments that lose data run on a scratch cluster.");
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await pause(PAUSE_MS)) if (await holds()) return;
  throw new Failure(`Not within ${LIMIT_MS / 1000} s: ${what}.`, "Is a majority of the brokers running?");
}
