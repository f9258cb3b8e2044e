import { randomBytes } from "node:crypto";
import type { Admin } from "../cluster/admin.js";
import type { HttpAddress } from "../cluster/broker-link.js";
import type { EventSource, ToldEvent } from "../cluster/event-source.js";
import { Failure } from "../cluster/failure.js";
import type { RecordPorts } from "../cluster/record-sender.js";
import type { ConsoleEvent } from "../console/story/event.js";
import type { Journey, JourneyStop } from "../console/story/journey.js";

/** How long brokers may take to tell what they did: the last of it, the followers' next fetches, comes within half a second. */
const TELL_LIMIT_MS = 3_000;
const CONNECT_LIMIT_MS = 5_000;
const BAR_COLUMNS = 32;

export interface SentRecord {
  readonly offset: number;
  /** In the order of the brokers' times. */
  readonly journey: readonly JourneyStop[];
  /** Brokers that could not be heard: what they did is not in the journey. */
  readonly unheard: readonly number[];
  /** Why some times are bounds; "": all were read from one clock. */
  readonly whyBounded: string;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Sends one record with acks=all and reads it back while every broker's events are heard. `connect` opens a client with the given
 * client id; the caller closes what it opened. Throws a `Failure` when no broker tells events, or the record is not acknowledged.
 */
export async function sendAndWatch(
  brokers: readonly HttpAddress[],
  connect: (client: string) => Promise<Admin>,
  ports: RecordPorts,
  place: Place,
  value: Uint8Array,
): Promise<SentRecord> {
  const [{ Journey, whyBounded }, { RecordSender }, { fetchRecord }] = await Promise.all([
    import("../console/story/journey.js"),
    import("../cluster/record-sender.js"),
    import("../console/server/records.js"),
  ]);
  const id = randomBytes(4).toString("hex");
  const run = {
    id,
    client: `holdfast-trace-${id}`,
    acks: -1,
    value: "",
    bytes: value.length,
    crc: 0,
    seq: 0,
    tNs: 0,
    offset: null as number | null,
    leader: -1,
  };
  const journey = new Journey();
  const heard = await Hearing.open(brokers, place);
  try {
    await compareClocks(brokers, journey);
    const sender = new RecordSender(await connect(run.client), place.topic, ports, 0);
    await sender.open();
    if (place.partition >= sender.partitionCount) {
      throw new Failure(
        `${place.topic} has ${sender.partitionCount} partitions, none is ${place.partition}.`,
        "They are counted from 0.",
      );
    }
    const [{ baseOffset }] = await sender.sendTo(place.partition, [{ key: null, value }]);
    run.offset = baseOffset;
    const reader = await connect(`holdfast-reader-${id}`);
    const { topics } = await reader.metadata([place.topic]);
    const partition = topics[0].partitions.find(({ partitionIndex }) => partitionIndex === place.partition);
    const leader = partition?.leaderId ?? -1;
    if (leader >= 0) await fetchRecord(reader, leader, { ...place, offset: baseOffset }, ports);
    const followers = (partition?.isrNodes ?? []).filter((each) => each !== leader);
    const expected = ["received", "acknowledged", "committed", "read", ...followers.map((each) => `told-${each}`)];
    await heard.until(TELL_LIMIT_MS, (event) => {
      if (event !== null) journey.add(event, run, leader, false);
      return expected.every((key) => journey.has(key));
    });
    // Once more, since clocks drift: the record's times lie between the two.
    await compareClocks(brokers, journey);
  } finally {
    heard.close();
  }
  const { stops } = journey;
  return { offset: run.offset, journey: stops, unheard: heard.unheard, whyBounded: whyBounded(stops) };
}

async function compareClocks(brokers: readonly HttpAddress[], journey: Journey): Promise<void> {
  const { probeClock } = await import("../cluster/clock-probe.js");
  await Promise.all(
    brokers.map(async ({ broker, host, port }) => {
      const reading = await probeClock({ host, port });
      if (reading === null) return;
      const { clock, tNs, fromNs, toNs } = reading;
      journey.clocks.add({ broker, kind: "clock", seq: 0, tNs, detail: { clock, tNs, fromNs, toNs } });
    }),
  );
}

/** The events of one partition, of all brokers that can be heard. */
class Hearing {
  private readonly sources: EventSource[] = [];
  private readonly silent: Set<number>;
  private readonly events: ConsoleEvent[] = [];
  private seq = 0;
  private wake: () => void = () => undefined;

  private constructor(brokers: readonly HttpAddress[]) {
    this.silent = new Set(brokers.map(({ broker }) => broker));
  }

  static async open(brokers: readonly HttpAddress[], place: Place): Promise<Hearing> {
    const { EventSource } = await import("../cluster/event-source.js");
    const hearing = new Hearing(brokers);
    for (const { broker, host, port } of brokers) {
      const listener = {
        onEvent: (event: ToldEvent) => hearing.onEvent(event, place),
        onConnected: (id: number) => {
          hearing.silent.delete(id);
          hearing.wake();
        },
        onLost: () => undefined,
      };
      const source = new EventSource(broker, { host, port }, listener);
      hearing.sources.push(source);
      source.open();
    }
    await hearing.until(CONNECT_LIMIT_MS, () => hearing.silent.size === 0);
    if (hearing.silent.size < brokers.length) return hearing;
    hearing.close();
    throw new Failure(
      "No broker tells its events.",
      "Are their `http.listeners` reachable? --http names others than those that the cluster gives.",
    );
  }

  get unheard(): number[] {
    return [...this.silent];
  }

  /** Gives `isDone` each event, once, until it is content or the time is over; null: nothing new, look again. */
  async until(limitMs: number, isDone: (event: ConsoleEvent | null) => boolean): Promise<void> {
    for (const deadline = performance.now() + limitMs; ; ) {
      let done = isDone(null);
      for (let event = this.events.shift(); event !== undefined; event = this.events.shift()) done = isDone(event);
      const left = deadline - performance.now();
      if (done || left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    for (const source of this.sources) source.close();
  }

  private onEvent(event: ToldEvent, { topic, partition }: Place): void {
    if (event.topic !== topic || event.partition !== partition || event.tNs === undefined) return;
    this.events.push({ ...event, tNs: event.tNs, seq: ++this.seq } as ConsoleEvent);
    this.wake();
  }
}

/** As a waterfall: each stop's bar reaches from the one before it, on one scale from the socket to the acknowledgement; `~` where a time is a bound. */
export function waterfall({ journey, whyBounded, unheard }: SentRecord): string[] {
  if (journey.length === 0) return ["No broker told of this record."];
  const way = journey.filter(({ key }) => key !== "read" && key !== "position");
  const span = Math.max(1, ...way.map(({ low, high }) => (Number.isFinite(high) ? high : low)));
  const width = Math.max(...journey.map(({ label }) => label.length));
  const times = journey.map((stop) => `+${within(stop)} ms`);
  const timeWidth = Math.max(12, ...times.map((time) => time.length));
  const column = (ns: number): number => Math.max(0, Math.min(BAR_COLUMNS, Math.round((ns / span) * BAR_COLUMNS)));
  let last = 0;
  const lines = journey.map((stop, index) => {
    const from = stop.low === stop.high ? last : column(stop.low);
    const to = column(stop.high);
    if (stop.low === stop.high) last = to;
    const sign = stop.low === stop.high ? "=" : "~";
    const mark = sign === "=" ? "|" : "~";
    const bar =
      from === to ? `${" ".repeat(Math.min(from, BAR_COLUMNS - 1))}${mark}` : " ".repeat(from) + sign.repeat(to - from);
    return `broker ${String(stop.broker).padEnd(2)}  ${stop.label.padEnd(width)}  ${times[index].padStart(timeWidth)}  ${bar}`;
  });
  if (whyBounded !== "") lines.push(whyBounded);
  if (unheard.length > 0) lines.push(`Not heard: broker ${unheard.join(", ")}. What it did is missing here.`);
  return lines;
}

/** Of a stop: "0.412", or the bounds between which it was. */
function within({ low, high }: JourneyStop): string {
  const ms = (ns: number): string => (ns / 1e6).toFixed(3);
  if (low === high) return ms(low);
  return Number.isFinite(high) ? `${ms(low)} to ${ms(high)}` : `${ms(low)} or more`;
}
