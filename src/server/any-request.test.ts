import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import type { Api } from "../protocol/apis.js";
import type { Input } from "../protocol/schema.js";
import { randomValue } from "../protocol/testing/random-value.js";
import { FrontBench, type TestClient } from "./front.test.support.js";
import { HANDLERS } from "./handlers/registry.js";

// Whatever a client or a broker sends: no handler fails, and no assertion of ours breaks.

const REQUESTS_OF_A_VERSION = 12;

/** Names and ids that are there, so that requests come further than to what is unknown. */
const KNOWN_TEXTS = ["a", "b", "__consumer_offsets", "1", "", "retention.ms", "min.insync.replicas", "root", "user"];

class Visitor {
  private readonly random: SeededRandom;
  private readonly ids: readonly string[];

  constructor(random: SeededRandom, ids: readonly string[]) {
    this.random = random;
    this.ids = ids;
  }

  /** The value with some of its texts, ids and numbers replaced by such that mean something. */
  meaningful(value: unknown): unknown {
    const { random } = this;
    if (Array.isArray(value)) return value.map((element) => this.meaningful(element));
    if (value instanceof Uint8Array || value === null) return value;
    if (typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, this.meaningful(field)]));
    }
    // An empty one may be that of a field that the version has not.
    if (typeof value === "string" && value !== "" && random.chance(0.5)) {
      // A text of 22 letters is an id where it stands for one; elsewhere it is as good as any.
      return value.length === 22 ? random.pick(this.ids) : random.pick(KNOWN_TEXTS);
    }
    return value;
  }
}

function spoiled(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  // Neither the length nor what makes it a request of this API.
  for (let i = random.below(4); i >= 0; i--)
    if (copy.length > 12) copy[random.between(12, copy.length - 1)] = random.below(256);
  return copy;
}

function sendAll(bench: FrontBench, kind: "broker" | "controller", api: Api, random: SeededRandom): void {
  const ids = [bench.cluster.topic("a").id, bench.cluster.topic("b").id, "AAAAAAAAAAAAAAAAAAAAAA"];
  const visitor = new Visitor(random, ids);
  let client: TestClient = bench.connect(kind);
  for (let version = api.minVersion; version <= api.maxVersion; version++) {
    for (let i = 0; i < REQUESTS_OF_A_VERSION; i++) {
      const value = randomValue(random, api.request, version);
      const body = random.chance(0.8) ? visitor.meaningful(value) : value;
      const bytes = client.encode(api, version, body as Input<Api["request"]>);
      client.raw(i % 4 === 3 ? spoiled(random, bytes) : bytes);
      if (random.chance(0.2)) bench.testPorts.advance(random.below(2000));
      bench.answerCalls();
      client.socket.sent.length = 0;
      if (client.isClosed || random.chance(0.2)) client = bench.connect(kind);
    }
  }
}

for (const kind of ["broker", "controller"] as const) {
  for (const api of new Set(HANDLERS.map((handler) => handler.api))) {
    test(`${api.name} on a ${kind}'s listener: no request makes its handler fail`, () => {
      const bench = new FrontBench();
      if (bench.front.dispatcher.handlerOf(kind, api.key) === null) return;
      bench.startReplicas();
      for (const id of [2, 3]) bench.cluster.join(id);
      bench.cluster.createAssigned("a", [1, 2, 3], [2, 3, 1]);
      bench.cluster.createAssigned("b", [1]);
      bench.cluster.createAssigned("__consumer_offsets", [1]);
      bench.testPorts.settle();
      assert.ok(bench.replicas?.partition("b", 0)?.isLeader);
      sendAll(bench, kind, api, new SeededRandom(api.key + 1000));
      const failures = bench.testPorts.logger.lines.filter(({ level }) => level === "error");
      assert.deepEqual(failures, []);
      assert.equal(bench.front.metrics.handlerFailures, 0);
    });
  }
}
