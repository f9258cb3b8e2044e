import { ExitCode, Failure } from "./failure.js";

/** A topic that is to exist: `null` leaves the number to the broker's defaults. */
export interface TopicSpec {
  name: string;
  partitions: number | null;
  replicationFactor: number | null;
}

const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** Parses `NAME[:PARTITIONS[:REPLICATION-FACTOR]]`; throws a usage `Failure`. */
export function parseTopicSpec(text: string): TopicSpec {
  const [name, partitions, replicationFactor, ...rest] = text.split(":");
  if (rest.length > 0) throw wrong(text, "it has more than three parts");
  if (!LEGAL_NAME.test(name) || name === "." || name === "..") {
    throw wrong(text, `"${name}" is no topic name: 1 to 249 of letters, digits, ".", "_" and "-"`);
  }
  return {
    name,
    partitions: parseCount(text, "the number of partitions", partitions, 10_000),
    replicationFactor: parseCount(text, "the replication factor", replicationFactor, 100),
  };
}

function parseCount(text: string, what: string, word: string | undefined, max: number): number | null {
  if (word === undefined || word === "") return null;
  const count = Number(word);
  if (!/^\d+$/.test(word) || count < 1 || count > max)
    throw wrong(text, `${what} is "${word}", not a number from 1 to ${max}`);
  return count;
}

function wrong(text: string, why: string): Failure {
  return new Failure(
    `The topic "${text}" cannot be read: ${why}.`,
    "Write NAME, NAME:PARTITIONS or NAME:PARTITIONS:REPLICATION-FACTOR, such as orders:3:3.",
    ExitCode.usage,
  );
}
