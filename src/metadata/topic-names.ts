/** The topic of the metadata log itself, which nobody may create. */
export const METADATA_TOPIC = "__cluster_metadata";

/** Topics that the brokers keep for themselves: clients may read them, but not create or write them (Kafka: Topic.isInternal). */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  "__consumer_offsets",
  "__transaction_state",
  "__share_group_state",
]);

export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}

const NAME_MAX = 249;

/** Why `name` cannot be a topic's, as a sentence; null when it can (Kafka: Topic.validate). */
export function invalidTopicName(name: string): string | null {
  const reason = reasonAgainst(name);
  return reason === null ? null : `Topic name is invalid: ${reason}`;
}

function reasonAgainst(name: string): string | null {
  if (name === "") return "the empty string is not allowed";
  if (name === "." || name === "..") return `'${name}' is not allowed`;
  if (name.length > NAME_MAX) return `the length of '${name}' is longer than the max allowed length ${NAME_MAX}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return null;
}
