import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { HttpAddress } from "../../src/cluster/broker-link.js";
import { outcome } from "../../src/cluster/engines/kafka.js";
import { ConsoleFeed } from "../../src/console/server/feed.js";
import { runProducer, runReader } from "../../src/console/server/story-actions.js";
import { Target } from "../../src/console/server/target.js";
import type { ConsoleEvent } from "../../src/console/story/event.js";
import { isExact, whyBounded } from "../../src/console/story/journey.js";
import { parseRun } from "../../src/console/story/run-file.js";
import { Story } from "../../src/console/story/story.js";
import { BASE } from "../../src/console/story/story.test.support.js";
import { engine, makeTopic, until, untilInSync, untilServing } from "../support/cluster.js";
import { freePorts, holdfast, NodeGroup, type NodeSpec } from "../support/node-group.js";

// Brokers of several hosts, as far as one machine can have them: Linux shows broker 1 a monotonic clock that is 11 days ahead of the
// others'. What a journey says of times must not be nonsense then.

const AHEAD_S = 1_000_000;
/** The program goes on as a child of `unshare`, and ends with it. */
const OTHER_CLOCK = ["unshare", "--time", "--monotonic", String(AHEAD_S), "--fork", "--kill-child=SIGKILL", "--"];
const AHEAD_NS = AHEAD_S * 1e9;

const skip = await whyNot();
let group: NodeGroup;
let http: HttpAddress[];

async function whyNot(): Promise<string | false> {
  if (engine !== "holdfast") return "Apache Kafka tells no events";
  const [file, ...words] = OTHER_CLOCK;
  return (await outcome(file, [...words, "true"])).code === 0 ? false : "no time namespace can be made here";
}

async function specs(): Promise<NodeSpec[]> {
  const ports = await freePorts(3);
  http = ports.http.map((port, index) => ({ broker: index + 1, host: "127.0.0.1", port }));
  const voters = ports.controllers.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(",");
  return ports.brokers.map((port, index) => ({
    id: index + 1,
    port,
    properties: {
      "process.roles": "broker,controller",
      "controller.quorum.voters": voters,
      "controller.listener.names": "CONTROLLER",
      "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${ports.controllers[index]}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
      "http.listeners": `127.0.0.1:${ports.http[index]}`,
      "offsets.topic.num.partitions": "3",
    },
    ...(index === 0 ? { launcher: OTHER_CLOCK } : {}),
  }));
}

before(async () => {
  if (skip !== false) return;
  group = await NodeGroup.make(await specs());
  for (const { plan } of group.nodes) await group.format(plan.id);
  await group.start();
  await untilServing(group);
});
after(() => group?.end());

interface Stop {
  readonly key: string;
  readonly broker: number;
  readonly ns: number | null;
  readonly lowNs: number;
  readonly highNs: number | null;
}

/** Which of two brokers read one clock, here. */
function areOne(a: number, b: number): boolean {
  return (a === 1) === (b === 1);
}

describe("brokers whose clocks differ", { skip }, () => {
  test("a traced record's times are bounds across clocks, and exact on one", async () => {
    const topic = await makeTopic(group, "bounded:1:3");
    await untilInSync(group, topic);
    // In another order than the brokers' ids: each says who it is.
    const listeners = [http[2], http[0], http[1]].map(({ host, port }) => `${host}:${port}`).join(",");
    const words = [
      "trace",
      topic,
      "--send",
      "far away",
      "--http",
      listeners,
      "--bootstrap-server",
      group.bootstrapServers,
    ];
    const { code, stdout, stderr } = await holdfast([...words, "--json"]);
    assert.equal(code, 0, stderr);
    const { journey, leader } = JSON.parse(stdout) as { journey: Stop[]; leader: number };
    const at = new Map(journey.map((stop) => [stop.key, stop]));
    const stop = (key: string): Stop => {
      const found = at.get(key);
      assert.ok(found !== undefined, `${key} is missing in ${[...at.keys()].join()}`);
      return found;
    };
    for (const { key, broker, ns, lowNs, highNs } of journey) {
      assert.equal(ns !== null, areOne(broker, leader), key);
      assert.ok(lowNs >= 0 && lowNs <= (highNs ?? Number.NaN), `${key}: ${lowNs}..${highNs}`);
      // Eleven days is what the clocks' difference would have made of it.
      assert.ok((highNs ?? Number.NaN) < AHEAD_NS / 2, `${key}: ${highNs}`);
    }
    for (const follower of [1, 2, 3].filter((each) => each !== leader)) {
      const [sent, copied, told] = ["sent", "copied", "told"].map((key) => stop(`${key}-${follower}`));
      assert.equal(copied.broker, follower);
      assert.ok(copied.lowNs >= sent.lowNs && (copied.highNs ?? Number.NaN) <= (told.highNs ?? Number.NaN));
    }
    const text = await holdfast(words);
    assert.match(text.stdout, /Appended by follower \d +\+\d+\.\d{3} to \d+\.\d{3} ms +~/);
    assert.match(text.stdout, /do(es)? not read the leader's clock\. .* round-trip bounds/);
  });

  test("the console hears brokers of several clocks in one row, marks bounds, and a saved run keeps them", async () => {
    const topic = await makeTopic(group, "heard:1:3");
    await untilInSync(group, topic);
    const target = new Target(group.bootstrapServers, null, false, http);
    const feed = new ConsoleFeed(target);
    const base = { ...BASE, view: null, brokers: [1, 2, 3], processes: [], noFaults: "they run elsewhere" };
    const story = new Story(base, topic, 0);
    const events: ConsoleEvent[] = [];
    const leave = feed.watch(feed.newest, {
      topic,
      partition: 0,
      onEvent: (event) => {
        events.push(event);
        story.apply(event);
      },
    });
    try {
      assert.equal(feed.source, "events");
      const run = randomBytes(4).toString("hex");
      const place = { topic, partition: 0 };
      const sent = (await runProducer(target, feed, { ...place, run, value: "v", key: null, acks: -1 })) as {
        leader: number;
      };
      await runReader(target, feed, { ...place, run, offset: 0, sentCrc: null });
      const followers = [1, 2, 3].filter((each) => each !== sent.leader);
      const last = ["acknowledged", "committed", "read", "position", ...followers.map((each) => `told-${each}`)];
      await until("the whole journey", 15_000, async () => last.every((key) => story.journey.has(key)));
      for (const stop of story.journey.stops) {
        assert.equal(isExact(stop), areOne(stop.broker, sent.leader), stop.key);
        assert.ok(
          stop.low >= 0 && stop.high >= stop.low && stop.high < AHEAD_NS / 2,
          `${stop.key}: ${stop.low}..${stop.high}`,
        );
      }
      assert.notEqual(whyBounded(story.journey.stops), "");
      // What is not measured to be exact is at least in the row where it belongs: nothing is told as of eleven days ago.
      const times = events.map(({ tNs }) => tNs);
      assert.ok(Math.max(...times) - Math.min(...times) < AHEAD_NS / 2);
      const file = JSON.stringify({ format: "holdfast-run", version: 1, ...place, base, events });
      const again = new Story(base, topic, 0);
      for (const event of parseRun(file).events) again.apply(event);
      assert.deepEqual(again.journey.stops, story.journey.stops);
    } finally {
      leave();
      feed.close();
      target.close();
    }
  });
});
