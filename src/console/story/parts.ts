/** What a story is made of, and how its facts are written. */

/** `amber`: it happened, with less than was promised; `red`: what was expected did not hold. */
export type Light = "dark" | "lit" | "amber" | "red";

export interface Station {
  readonly title: string;
  light: Light;
  /** The event that lit it; 0: none. */
  seq: number;
  note: string;
}

export interface Evidence {
  readonly label: string;
  readonly value: string;
}

export interface Row {
  readonly step: number;
  readonly action: string;
  light: Light;
  message: string;
  brokers: string;
  result: string;
  evidence: Evidence[];
  seq: number;
}

/** One replica of the partition. */
export interface Lane {
  readonly id: number;
  /** Of its process, as its supervisor says; "unknown" where there is none. */
  state: string;
  pid: number | null;
  fenced: boolean;
  /** What hinders it, next to its process: "cut off", "slow disk"; "": nothing. */
  hindrance: string;
  /** End offset; −1 unknown. */
  end: number;
  /** High watermark as this replica knows it; −1 unknown. */
  hw: number;
  /** Offset from which it appended last, for the drawing. */
  appendedFrom: number;
  appendedSeq: number;
}

export interface Run {
  readonly id: string;
  readonly client: string;
  readonly acks: number;
  readonly value: string;
  readonly bytes: number;
  readonly crc: number;
  readonly seq: number;
  readonly tNs: number;
  /** Where the leader put it; null: not told yet. */
  offset: number | null;
  leader: number;
}

export interface Fault {
  readonly broker: number;
  readonly seq: number;
  readonly tNs: number;
  readonly signal: string;
  readonly isrBefore: readonly number[];
  readonly epochBefore: number;
  readonly leaderBefore: number;
}

export interface Tracked {
  readonly when: string;
  readonly expectedMessage: string;
  readonly expectedBrokers: string;
  message: string;
  brokers: string;
  /** Of the message's state. */
  light: Light;
  /** Of the brokers' status. */
  brokersLight: Light;
}

/** How long the partition could not be written, after the last fault. */
export interface Gap {
  readonly fromNs: number;
  /** When another leader was known; null: not yet. */
  leaderNs: number | null;
  /** When a record was acknowledged again; null: none was sent, or none was acknowledged yet. */
  writeNs: number | null;
}

const STATIONS = [
  "Client sends message",
  "Sent to the brokers",
  "Each stores a copy",
  "A broker fails",
  "Others still have it",
  "Client reads it",
  "Reliable delivery",
];

const ACTIONS = [
  "Client sends message",
  "Message replicated",
  "Broker failure occurs",
  "Client reads message",
  "All brokers operational",
];

/** When, what is expected of the message and of the brokers, and how many of these may be down then. */
export const TRACKED = [
  ["Start", "Created", "All up", 0],
  ["After step 2", "Replicated", "All up", 0],
  ["After step 3", "Partially stored", "One down", 1],
  ["After step 4", "Available", "Some down", Number.POSITIVE_INFINITY],
  ["Final", "Delivered", "All up", 0],
] as const;

export function darkStations(): Station[] {
  return STATIONS.map((title) => ({ title, light: "dark", seq: 0, note: "" }));
}

export function darkRows(): Row[] {
  const nothing = { light: "dark", message: "", brokers: "", result: "", evidence: [], seq: 0 } as const;
  return ACTIONS.map((action, index) => ({ step: index + 1, action, ...nothing, evidence: [] }));
}

export function darkTracker(): Tracked[] {
  return TRACKED.map(([when, expectedMessage, expectedBrokers]) => {
    const nothing = { message: "", brokers: "", light: "dark", brokersLight: "dark" } as const;
    return { when, expectedMessage, expectedBrokers, ...nothing };
  });
}

export function ids(lanes: readonly Lane[]): string {
  const all = lanes.map((lane) => lane.id).sort((a, b) => a - b);
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

export function brokerNames(lanes: readonly Lane[]): string {
  return `${lanes.length === 1 ? "Broker" : "Brokers"} ${ids(lanes)}`;
}

export function list(numbers: readonly number[]): string {
  return numbers.length === 0 ? "nobody" : [...numbers].sort((a, b) => a - b).join(", ");
}

export function ms(ns: number): string {
  const value = ns / 1e6;
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value).toString();
}

export function hex(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, "0");
}
