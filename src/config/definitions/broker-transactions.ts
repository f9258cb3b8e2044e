import { boolean, type ConfigDefinition, int, short } from "../definition.js";

/** Transactions and producer ids. */
export const brokerTransactions: readonly ConfigDefinition[] = [
  int("transaction.max.timeout.ms", 900000, "high", "The longest transaction that a producer may ask for.", { min: 1 }),
  int(
    "transactional.id.expiration.ms",
    604800000,
    "high",
    "How long a transactional id that is not used is remembered.",
    { min: 1 },
  ),
  int(
    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
    10000,
    "low",
    "How often transactions are checked for having taken too long.",
    { min: 1 },
  ),
  int(
    "transaction.remove.expired.transaction.cleanup.interval.ms",
    3600000,
    "low",
    "How often transactional ids are checked for expiry.",
    { min: 1 },
  ),
  boolean(
    "transaction.partition.verification.enable",
    true,
    "low",
    "Whether a partition checks with the coordinator that a producer's transaction is open.",
    { updateMode: "cluster-wide" },
  ),
  boolean(
    "transaction.two.phase.commit.enable",
    false,
    "low",
    "Whether transactions of outside coordinators are allowed.",
  ),
  int(
    "transaction.state.log.num.partitions",
    50,
    "high",
    "Partitions of the transaction topic. It must not change once the topic exists.",
    { min: 1 },
  ),
  short(
    "transaction.state.log.replication.factor",
    3,
    "high",
    "Replicas of the transaction topic. It is not created before there are so many brokers.",
    { min: 1 },
  ),
  int("transaction.state.log.min.isr", 2, "high", "min.insync.replicas of the transaction topic.", { min: 1 }),
  int("transaction.state.log.segment.bytes", 104857600, "high", "Segment size of the transaction topic.", { min: 1 }),
  int(
    "transaction.state.log.load.buffer.size",
    5242880,
    "high",
    "How many bytes a coordinator reads at once when it loads its partition.",
    { min: 1 },
  ),
  int(
    "producer.id.expiration.ms",
    86400000,
    "low",
    "How long a partition remembers a producer id that writes nothing.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  int("producer.id.expiration.check.interval.ms", 600000, "low", "How often producer ids are checked for expiry.", {
    min: 1,
    isInternal: true,
  }),
  int(
    "add.partitions.to.txn.retry.backoff.ms",
    20,
    "high",
    "How long a broker pauses before it asks the coordinator again to add partitions.",
    { min: 1 },
  ),
  int(
    "add.partitions.to.txn.retry.backoff.max.ms",
    100,
    "high",
    "How long a broker keeps asking the coordinator to add partitions.",
    { min: 0 },
  ),
];
