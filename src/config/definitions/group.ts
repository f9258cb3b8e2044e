import { boolean, type ConfigDefinition, int, text } from "../definition.js";

/** Groups. A broker's configs give the defaults: see the synonyms. */
export const groupConfigs: readonly ConfigDefinition[] = [
  int(
    "consumer.session.timeout.ms",
    45000,
    "medium",
    "A member of this consumer group that is silent for this long is removed.",
    { min: 1, synonyms: ["group.consumer.session.timeout.ms"] },
  ),
  int(
    "consumer.heartbeat.interval.ms",
    5000,
    "medium",
    "How often members of this consumer group are to send heartbeats.",
    { min: 1, synonyms: ["group.consumer.heartbeat.interval.ms"] },
  ),
  int(
    "consumer.assignment.interval.ms",
    1000,
    "medium",
    "The least time between two assignments of this consumer group.",
    { min: 0, synonyms: ["group.consumer.assignment.interval.ms"] },
  ),
  int(
    "share.session.timeout.ms",
    45000,
    "medium",
    "A member of this share group that is silent for this long is removed.",
    { min: 1, synonyms: ["group.share.session.timeout.ms"] },
  ),
  int("share.heartbeat.interval.ms", 5000, "medium", "How often members of this share group are to send heartbeats.", {
    min: 1,
    synonyms: ["group.share.heartbeat.interval.ms"],
  }),
  int("share.assignment.interval.ms", 1000, "medium", "The least time between two assignments of this share group.", {
    min: 0,
    synonyms: ["group.share.assignment.interval.ms"],
  }),
  text(
    "share.auto.offset.reset",
    "latest",
    "medium",
    "Where a share group begins in a partition that is new to it: earliest, latest, or by_duration: and an ISO 8601 duration.",
    {
      matches: /^(latest|earliest|by_duration:[Pp](?!$)(\d+[Dd])?([Tt](?=\d)(\d+[Hh])?(\d+[Mm])?(\d+(\.\d+)?[Ss])?)?)$/,
      form: "latest, earliest or by_duration:PnDTnHnMn.nS",
    },
  ),
  text(
    "share.isolation.level",
    "read_uncommitted",
    "medium",
    "Whether a share group sees records of transactions that are not committed.",
    { oneOf: ["read_committed", "read_uncommitted"] },
  ),
  int("share.delivery.count.limit", 5, "medium", "How often a record is delivered before it is given up.", {
    min: 2,
    synonyms: ["group.share.delivery.count.limit"],
  }),
  int("share.record.lock.duration.ms", 30000, "medium", "How long a consumer holds a record that it has acquired.", {
    min: 1000,
    synonyms: ["group.share.record.lock.duration.ms"],
  }),
  int(
    "share.partition.max.record.locks",
    2000,
    "medium",
    "How many records of a partition the group may hold at once.",
    { min: 100, synonyms: ["group.share.partition.max.record.locks"] },
  ),
  boolean("share.renew.acknowledge.enable", true, "medium", "Whether consumers may renew their hold of a record."),
  int(
    "streams.session.timeout.ms",
    45000,
    "medium",
    "A member of this streams group that is silent for this long is removed.",
    { min: 1, synonyms: ["group.streams.session.timeout.ms"] },
  ),
  int(
    "streams.heartbeat.interval.ms",
    5000,
    "medium",
    "How often members of this streams group are to send heartbeats.",
    { min: 1, synonyms: ["group.streams.heartbeat.interval.ms"] },
  ),
  int(
    "streams.assignment.interval.ms",
    1000,
    "medium",
    "The least time between two assignments of this streams group.",
    { min: 0, synonyms: ["group.streams.assignment.interval.ms"] },
  ),
  int("streams.num.standby.replicas", 0, "medium", "How many standby copies of a task's state are kept.", {
    min: 0,
    synonyms: ["group.streams.num.standby.replicas"],
  }),
  int(
    "streams.initial.rebalance.delay.ms",
    3000,
    "medium",
    "How long this group, when empty, waits for more members before its first assignment.",
    { min: 0, synonyms: ["group.streams.initial.rebalance.delay.ms"] },
  ),
];
