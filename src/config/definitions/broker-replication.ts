import { boolean, type ConfigDefinition, int, long, text } from "../definition.js";

/** Replicas that fetch from leaders. */
export const brokerReplication: readonly ConfigDefinition[] = [
  int(
    "num.replica.fetchers",
    1,
    "high",
    "Taken for compatibility. One connection to each leader fetches all its partitions.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  int(
    "replica.fetch.max.bytes",
    1048576,
    "medium",
    "How many bytes of one partition a follower asks for. A larger first batch is still returned.",
    { min: 0 },
  ),
  int("replica.fetch.min.bytes", 1, "high", "How many bytes a leader waits for before it answers a follower."),
  int("replica.fetch.wait.max.ms", 500, "high", "How long a leader lets a follower's fetch wait for bytes."),
  int("replica.fetch.response.max.bytes", 10485760, "medium", "How many bytes a follower asks for in one fetch.", {
    min: 0,
  }),
  int("replica.fetch.backoff.ms", 1000, "medium", "How long a follower pauses a partition after an error.", { min: 0 }),
  long(
    "replica.lag.time.max.ms",
    30000,
    "high",
    "A follower that has not caught up with the leader's log end for this long leaves the in-sync replicas.",
  ),
  int("replica.socket.timeout.ms", 30000, "high", "How long a follower waits for the answer to a fetch."),
  int("replica.socket.receive.buffer.bytes", 65536, "high", "Size of the receive buffer of sockets between replicas."),
  long(
    "replica.high.watermark.checkpoint.interval.ms",
    5000,
    "high",
    "How often high watermarks are written to the disk.",
  ),
  text(
    "replica.selector.class",
    null,
    "medium",
    "How the replica to read from is chosen for a consumer. RackAwareReplicaSelector prefers the consumer's rack.",
  ),
  boolean(
    "follower.fetch.last.tiered.offset.enable",
    false,
    "medium",
    "Whether an empty follower begins where tiered storage ends. Holdfast has no tiered storage.",
    { updateMode: "cluster-wide" },
  ),
];
