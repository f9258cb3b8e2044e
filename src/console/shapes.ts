// What the console's server answers and its pages show: one description for both. Types only, without imports.

export interface Status {
  readonly status: {
    readonly clusterId: string;
    readonly controller: number | null;
    readonly brokers: readonly { id: number; host: string; port: number; leaders: number; replicas: number }[];
    readonly quorum: {
      readonly leader: number;
      readonly epoch: number;
      readonly highWatermark: number;
      readonly voters: readonly { id: number; logEndOffset: number; lag: number }[];
    } | null;
    readonly topics: number;
    readonly partitions: number;
    readonly underReplicated: readonly string[];
    readonly offline: readonly string[];
    /** One line of health that says why. */
    readonly health: string;
    readonly healthy: boolean;
  } | null;
  readonly problem: string;
  readonly processes: readonly Process[];
  readonly bootstrapServers: string;
  readonly source: "events" | "protocol";
  readonly noFaults: string | null;
  readonly readOnly: boolean;
  readonly engine: string | null;
  /** Address of the registry by which keys and values are decoded; null: none was named. */
  readonly schemaRegistry: string | null;
}

export interface Process {
  readonly broker: number;
  readonly port: number;
  readonly pid: number | null;
  readonly state: string;
  readonly dataDir: string;
  readonly logFile: string;
}

/** What runs as a broker, as far as anybody tells. */
export interface Software {
  readonly name: string | null;
  readonly release: string | null;
  /** Who told the release; null: nobody. */
  readonly from: string | null;
}

/** What a broker tells by ApiVersions. */
export interface BrokerVersions {
  /** Levels that it can have, and the one in effect. Names: of levels that a release of Apache Kafka brought. */
  readonly features: readonly {
    readonly name: string;
    readonly level: number;
    readonly min: number;
    readonly max: number;
    readonly levelName: string | null;
    readonly maxName: string | null;
  }[];
  /** Kafka's requests; `name` null: one that is not known here. */
  readonly apis: readonly {
    readonly key: number;
    readonly name: string | null;
    readonly min: number;
    readonly max: number;
  }[];
}

/** A broker that the cluster names. */
export interface BrokerReport {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly leaders: number;
  readonly replicas: number;
  /** Replicas on it that are not in the ISR. */
  readonly behind: number;
  /** Why it does not tell what follows; null: it does. */
  readonly problem: string | null;
  readonly software: Software | null;
  readonly features: BrokerVersions["features"] | null;
  readonly dirs: readonly {
    readonly path: string;
    readonly errorCode: number;
    readonly bytes: number;
    /** −1: not told, as below. */
    readonly totalBytes: number;
    readonly usableBytes: number;
  }[];
}

/** One change of a broker's process, since the console was started. */
export interface ProcessChange {
  /** By the clock of the server's machine, ms since 1970. */
  readonly at: number;
  readonly state: string;
  readonly pid: number | null;
  /** How the process ended; "" otherwise. */
  readonly cause: string;
}

export interface TopicPartition {
  readonly partition: number;
  /** null: none. */
  readonly leader: number | null;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

export interface Topic {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitions: readonly TopicPartition[];
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  readonly fallback: string | null;
  readonly documentation: string;
}

export interface TopicDetail extends Topic {
  readonly partitions: readonly (TopicPartition & {
    /** −1, as in what follows: nobody tells. */
    readonly start: number;
    readonly end: number;
    /** Of the leader's log. */
    readonly bytes: number;
    readonly elr: readonly number[];
  })[];
  readonly configs: readonly ConfigEntry[];
}

/** How far a group is behind over all partitions of which it committed a position. */
export interface GroupLag {
  readonly group: string;
  /** Of those whose leaders answer. */
  readonly lag: number;
  readonly partitions: number;
  /** Partitions whose leaders do not answer. */
  readonly unknown: number;
  /** Why nothing is told of it; null: it is. */
  readonly problem: string | null;
}

/** A field of a record: as text where it is UTF-8, as hex otherwise. */
export interface Shown {
  readonly bytes: number;
  readonly text: string | null;
  readonly hex: string | null;
  readonly cut: boolean;
  /** null: neither its beginning nor a header tells that a registry's serializer wrote it. */
  readonly decoded: Decoded | null;
}

/** What a schema registry made of it. */
export interface Decoded {
  /** The registry's number of the schema or, in headers, its GUID; null: what should name it does not. */
  readonly id: number | string | null;
  /** Named by a header of the record, not by the first bytes. */
  readonly inHeader: boolean;
  readonly type: string;
  readonly name: string;
  /** null: `problem` says why. */
  readonly json: string | null;
  readonly cut: boolean;
  readonly problem: string | null;
}

export interface Message {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Shown | null;
  readonly value: Shown | null;
  readonly headers: readonly { readonly key: string; readonly value: Shown | null }[];
  /** CRC-32C of the value's bytes. */
  readonly crc: number;
}

export interface Slice {
  readonly records: readonly Message[];
  readonly highWatermark: number;
  readonly start: number;
  /** Where to read on. */
  readonly next: number;
  readonly batchError: string | null;
}

/** A partition and an offset in it. */
export type Position = readonly [partition: number, offset: number];

/** Records of a topic's partitions, merged by their timestamps. */
export interface MergedSlice {
  /** The earliest first. */
  readonly records: readonly Message[];
  /** Partitions of the topic, those of them with something to read here, and those that are merged here: not more than a limit. */
  readonly partitions: number;
  readonly holding: number;
  readonly merged: number;
  /** Of the merged partitions: where these records begin and, exclusive, end. */
  readonly low: readonly Position[];
  readonly high: readonly Position[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** Offsets that all partitions hold. */
  readonly held: number;
  /** Offsets from `high` to the ends. */
  readonly ahead: number;
  /** Offsets that positions named and that are deleted by now. */
  readonly gone: number;
  /** Partitions that could not be read. */
  readonly unread: readonly number[];
  readonly problems: readonly string[];
}

/** What a search looks through: of each partition the offsets from the second to the third, exclusive. */
export interface SearchRange {
  readonly ranges: readonly (readonly [partition: number, from: number, to: number])[];
  readonly problems: readonly string[];
}

export type MergedFrom = "newest" | "oldest" | "time" | "before" | "after";

/** What the page asks for a `MergedSlice` or a `SearchRange`. */
export interface MergedQuestion {
  readonly topic: string;
  readonly from: MergedFrom;
  /** With `from` "time": ms. */
  readonly time?: number;
  /** With `from` "before" and "after": of which partitions, and where. */
  readonly positions?: readonly Position[];
  /** For who follows: `high` is of all partitions, or of those whose position changed, and those without one are read from their start. */
  readonly follow?: boolean;
  readonly limit: number;
  /** With fields up to a megabyte, for filters to look into. */
  readonly whole?: boolean;
}

/** So many partitions are merged at once. */
export const MERGED_MAX = 200;
