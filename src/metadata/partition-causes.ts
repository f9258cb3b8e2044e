import type { MetadataDelta } from "./delta.js";
import { type MetadataImage, NO_LEADER, type PartitionImage, RECOVERING } from "./image.js";
import { directoryOf } from "./partition.js";

/** Why a partition's leader, ISR and ELR became what they are, as short phrases. */
export interface PartitionCauses {
  readonly leader: string;
  readonly isr: string;
  readonly elr: string;
}

/**
 * Reads the causes off what was committed: who was fenced, shut down or came back in the same run of records, and what of the partition
 * changed with it. So every broker tells the same cause, not only the controller that decided.
 */
export function causesOf(
  before: PartitionImage | undefined,
  after: PartitionImage,
  delta: MetadataDelta,
  image: MetadataImage,
): PartitionCauses {
  if (before === undefined) {
    const made = "the partition was created";
    return { leader: made, isr: made, elr: made };
  }
  const change = { before, after, delta, image };
  return { leader: leaderCause(change), isr: isrCause(change), elr: elrCause(change) };
}

interface Change {
  readonly before: PartitionImage;
  readonly after: PartitionImage;
  readonly delta: MetadataDelta;
  readonly image: MetadataImage;
}

function leaderCause(change: Change): string {
  const { before, after } = change;
  const { leader } = after;
  if (leader === before.leader) {
    const isr = isrCause(change);
    return isr === "" ? "its replicas changed; the leader stays" : `${isr}; the leader stays`;
  }
  if (leader === NO_LEADER)
    return `${gone(before.leader, change) ?? `broker ${before.leader} cannot lead`}, and nobody else may`;
  if (isUnclean(change)) return `unclean election: broker ${leader} may lack acknowledged records`;
  if (before.leader === NO_LEADER) return `broker ${leader} is back, which has all that was committed`;
  const why = gone(before.leader, change);
  if (why !== null) return why;
  if (leader === after.replicas[0]) return "election of the preferred leader";
  return `broker ${before.leader} gave it up`;
}

function isrCause(change: Change): string {
  const { before, after } = change;
  if (isUnclean(change)) return "unclean election: only the new leader counts";
  const causes = new Set<string>();
  for (const id of before.isr) if (!after.isr.includes(id)) causes.add(gone(id, change) ?? `broker ${id} fell behind`);
  for (const id of after.isr) {
    if (before.isr.includes(id)) continue;
    const isElected = before.leader === NO_LEADER && after.leader === id;
    causes.add(isElected ? `broker ${id} is back, which has all that was committed` : `broker ${id} caught up`);
  }
  return [...causes].join("; ");
}

function elrCause(change: Change): string {
  if (isUnclean(change)) return "unclean election: what only they had is given up";
  const { before, after, delta, image } = change;
  const causes = new Set<string>();
  if (after.elr.some((id) => !before.elr.includes(id))) {
    causes.add("fewer than min.insync.replicas are in sync; who dropped out has all that was committed");
  }
  for (const id of before.elr) {
    if (after.elr.includes(id)) continue;
    if (after.isr.includes(id)) causes.add(`broker ${id} is in sync again`);
    else if (isOtherProcess(id, delta, image))
      causes.add(`broker ${id} came back after an unclean end and may lack records`);
    else causes.add("enough replicas are in sync again");
  }
  return [...causes].join("; ");
}

function isUnclean({ before, after }: Change): boolean {
  return after.leaderRecoveryState === RECOVERING && before.leaderRecoveryState !== RECOVERING;
}

function isOtherProcess(id: number, delta: MetadataDelta, image: MetadataImage): boolean {
  const before = delta.image.cluster.brokers.get(id);
  const after = image.cluster.brokers.get(id);
  return before !== undefined && after !== undefined && before.incarnationId !== after.incarnationId;
}

/** Why a replica does not count any more; null: nothing happened to its broker. */
function gone(id: number, { before, after, delta, image }: Change): string | null {
  if (before.replicas.includes(id) && !after.replicas.includes(id))
    return `broker ${id} keeps no replica (reassignment)`;
  const broker = image.cluster.brokers.get(id);
  if (broker === undefined) return `broker ${id} was unregistered`;
  if (broker.inControlledShutdown) return `controlled shutdown of broker ${id}`;
  if (isOtherProcess(id, delta, image)) return `another process came as broker ${id}`;
  if (broker.fenced) return `broker ${id} was fenced`;
  if (after.replicas.includes(id) && directoryOf(before, id) !== directoryOf(after, id))
    return `broker ${id} lost its copy`;
  const known = delta.image.cluster.brokers.get(id);
  if (known !== undefined && known.directories.length > broker.directories.length)
    return `broker ${id} lost a directory`;
  return null;
}
