import { ExitCode, Failure } from "./failure.js";

/** A topic that is to exist: `null` leaves the number to the broker's defaults. */
export interface TopicSpec {
  name: string;
  partitions: number | null;
  replicationFactor: number | null;
}

const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

export function isTopicName(text: string): boolean {
  return LEGAL_NAME.test(text) && text !== "." && text !== "..";
}

/** What a topic's name may be, for sentences. */
export const TOPIC_NAMES = '1 to 249 of letters, digits, ".", "_" and "-"';

/** Parses `NAME[:PARTITIONS[:REPLICATION-FACTOR]]`; throws a usage `Failure`, which names `source` as where the text stands. */
export function parseTopicSpec(text: string, source = "The topic"): TopicSpec {
  const wrong = (why: string) => wrongSpec(source, text, why);
  const [name, partitions, replicationFactor, ...rest] = text.split(":");
  if (rest.length > 0) throw wrong("it has more than three parts");
  if (!isTopicName(name)) throw wrong(`"${name}" is no topic name: ${TOPIC_NAMES}`);
  return {
    name,
    partitions: parseCount("the number of partitions", partitions, 10_000, wrong),
    replicationFactor: parseCount("the replication factor", replicationFactor, 100, wrong),
  };
}

function parseCount(
  what: string,
  word: string | undefined,
  max: number,
  wrong: (why: string) => Failure,
): number | null {
  if (word === undefined || word === "") return null;
  const count = Number(word);
  if (!/^\d+$/.test(word) || count < 1 || count > max)
    throw wrong(`${what} is "${word}", not a number from 1 to ${max}`);
  return count;
}

function wrongSpec(source: string, text: string, why: string): Failure {
  return new Failure(
    `${source} "${text}" cannot be read: ${why}.`,
    "Write NAME, NAME:PARTITIONS or NAME:PARTITIONS:REPLICATION-FACTOR, such as orders:3:3.",
    ExitCode.usage,
  );
}
