import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../base/random.js";
import type { ConsoleEvent } from "./event.js";
import { isExact, Journey, type JourneyStop, whyBounded, within } from "./journey.js";
import type { Run } from "./parts.js";

const RUN: Run = {
  id: "r",
  client: "me",
  acks: -1,
  value: "v",
  bytes: 1,
  crc: 7,
  seq: 1,
  tNs: 0,
  offset: 0,
  leader: 1,
};
const MS = 1e6;

interface Happening {
  readonly key: string;
  readonly broker: number;
  /** When it was, by a clock that nobody can read, ns. */
  readonly trueNs: number;
  readonly event: Partial<ConsoleEvent> & { readonly kind: ConsoleEvent["kind"] };
}

/** The way of record 0 with acks=all: broker 1 leads, 2 and 3 follow, 3 answers the reader, 2 coordinates its group. */
function way(atMs: Readonly<Record<string, number>>): Happening[] {
  const client = "holdfast-reader-r";
  const copy = (id: number): [string, number, Happening["event"]][] => [
    [`sent-${id}`, 1, { kind: "fetched", peer: id, offset: 0, detail: { to: 1 } }],
    [`copied-${id}`, id, { kind: "replica-appended", offset: 1, detail: { from: 0 } }],
    [`told-${id}`, 1, { kind: "replica-fetched", peer: id, offset: 1 }],
  ];
  const all: [string, number, Happening["event"]][] = [
    ["received", 1, { kind: "produce-received", detail: { client: "me" } }],
    ["validated", 1, { kind: "validated", offset: 0, detail: { records: 1 } }],
    ["appended", 1, { kind: "appended", offset: 0, detail: { records: 1 } }],
    ...copy(2),
    ...copy(3),
    ["committed", 1, { kind: "high-watermark", leader: 1, hw: 1 }],
    ["acknowledged", 1, { kind: "acknowledged", offset: 0, detail: { client: "me" } }],
    ["read", 3, { kind: "fetched", offset: 0, detail: { to: 1, client } }],
    ["position", 2, { kind: "offset-committed", offset: 1, detail: { group: "breakdown-reader" } }],
  ];
  return all.map(([key, broker, event]) => ({ key, broker, trueNs: atMs[key] * MS, event }));
}

const AT: Readonly<Record<string, number>> = {
  received: 0,
  validated: 0.1,
  appended: 0.2,
  "sent-2": 0.5,
  "copied-2": 0.9,
  "told-2": 1.4,
  "sent-3": 0.6,
  "copied-3": 1.1,
  "told-3": 1.6,
  committed: 1.7,
  acknowledged: 1.8,
  read: 6,
  position: 9,
};

/** What each broker's clock shows beyond the true time, ns. */
type Shifts = Readonly<Record<number, number>>;

function tell(journey: Journey, happenings: readonly Happening[], shifts: Shifts): Map<string, JourneyStop> {
  happenings.forEach(({ broker, trueNs, event }, index) => {
    const tNs = trueNs + shifts[broker];
    journey.add({ topic: "t", partition: 0, ...event, broker, tNs, seq: index + 1 }, RUN, 1, false);
  });
  return new Map(journey.stops.map((stop) => [stop.key, stop]));
}

/** An observer asked the broker's clock, and the question and the answer took their times on the way. */
function compare(
  journey: Journey,
  broker: number,
  clock: string,
  shift: number,
  [there, back]: [number, number],
): void {
  const askedNs = 20 * MS;
  const observerNs = 777e12;
  const detail = {
    clock,
    tNs: askedNs + there + shift,
    fromNs: askedNs + observerNs,
    toNs: askedNs + there + back + observerNs,
  };
  journey.clocks.add({ broker, kind: "clock", seq: 0, tNs: 0, detail });
}

test("where all brokers read one clock, durations are exact", () => {
  const journey = new Journey();
  const stops = tell(journey, way(AT), { 1: 5e12, 2: 5e12, 3: 5e12 });
  for (const [key, ms] of Object.entries(AT)) {
    const stop = stops.get(key) as JourneyStop;
    assert.ok(isExact(stop), key);
    assert.equal(Math.round(stop.low), Math.round(ms * MS), key);
  }
  assert.equal(whyBounded(journey.stops), "");
});

test("whatever the clocks show and however long questions take, the true duration lies within its bounds", () => {
  const random = new SeededRandom(7);
  const between = (low: number, high: number): number => low + random.fraction() * (high - low);
  for (let round = 0; round < 300; round++) {
    const shifts = { 1: between(0, 1e15), 2: between(0, 1e15), 3: between(0, 1e15) };
    const journey = new Journey();
    for (const broker of [1, 2, 3]) {
      for (let sample = 0; sample < 3; sample++) {
        const delays: [number, number] = [between(0, 3 * MS), between(0, 3 * MS)];
        compare(journey, broker, `clock ${broker}`, shifts[broker as 1], delays);
      }
    }
    const stops = tell(journey, way(AT), shifts);
    for (const [key, ms] of Object.entries(AT)) {
      const { low, high, broker } = stops.get(key) as JourneyStop;
      // A microsecond for what numbers of this size leave out.
      assert.ok(
        low - 1e3 <= ms * MS && ms * MS <= high + 1e3,
        `round ${round}, ${key}: ${ms} ms within ${low}..${high} ns`,
      );
      assert.ok(low >= 0, `${key} was before the first`);
      assert.equal(low === high, broker === 1, key);
    }
  }
});

test("nobody measured: what must have come before and after bounds it, as the leader's own times tell", () => {
  const journey = new Journey();
  journey.clocks.add({ broker: 1, kind: "clock", seq: 0, tNs: 0, detail: { clock: "a" } });
  journey.clocks.add({ broker: 2, kind: "clock", seq: 0, tNs: 0, detail: { clock: "b" } });
  const stops = tell(journey, way(AT), { 1: 9e12, 2: 3e12, 3: 1e12 });
  const told = (key: string): string => within(stops.get(key) as JourneyStop);
  // Between the fetch that was answered with it and the next one.
  assert.equal(told("copied-2"), "0.50 to 1.40");
  assert.equal(told("copied-3"), "0.60 to 1.60");
  assert.equal(told("told-3"), "1.60");
  assert.equal(told("read"), "1.70 or more");
  assert.match(whyBounded(journey.stops), /^Brokers 2 and 3 do not read the leader's clock\./);
  // In the order of what is known, although broker 2's clock shows an earlier time than the socket's.
  const keys = journey.stops.map(({ key }) => key);
  assert.ok(keys.indexOf("sent-2") < keys.indexOf("copied-2") && keys.indexOf("copied-2") < keys.indexOf("told-2"));
});

test("a quick answer narrows the bounds; a measurement that cannot be is worth nothing", () => {
  const shifts = { 1: 9e12, 2: 3e12, 3: 9e12 };
  const quick: [number, number] = [0.02 * MS, 0.03 * MS];
  const journey = new Journey();
  for (const broker of [1, 3]) compare(journey, broker, "a", shifts[broker as 1], quick);
  compare(journey, 2, "b", shifts[2], quick);
  const { low, high } = tell(journey, way(AT), shifts).get("copied-2") as JourneyStop;
  assert.ok(low > 0.7 * MS && high < 1.1 * MS, `${low}..${high}`);

  const misled = new Journey();
  for (const broker of [1, 3]) compare(misled, broker, "a", shifts[broker as 1], quick);
  compare(misled, 2, "b", shifts[2] + 60e9, quick);
  assert.equal(within(tell(misled, way(AT), shifts).get("copied-2") as JourneyStop), "0.50 to 1.40");
});

test("copies of one virtual machine name one clock, and what was measured contradicts it: bounds", () => {
  const shifts = { 1: 9e12, 2: 9e12, 3: 3e12 };
  const quick: [number, number] = [0.02 * MS, 0.03 * MS];
  const journey = new Journey();
  for (const broker of [1, 2, 3]) compare(journey, broker, "a", shifts[broker as 1], quick);
  const stops = tell(journey, way(AT), shifts);
  assert.ok(isExact(stops.get("copied-2") as JourneyStop));
  const other = stops.get("copied-3") as JourneyStop;
  assert.ok(!isExact(other) && other.low <= 1.1 * MS && other.high >= 1.1 * MS);
});
