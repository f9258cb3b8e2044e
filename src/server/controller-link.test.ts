import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostPort } from "../config/node-config.js";
import { type Connection, type ConnectionHandler, NetworkError, type Ports } from "../ports/index.js";
import { Apis } from "../protocol/apis.js";
import { TestPorts } from "../storage/testing/ports.js";
import { ControllerLink } from "./controller-link.js";

const DEAD: HostPort = { host: "h1", port: 9093 };

/** A link whose connections the test refuses or lets be; time is the test's. */
class Bench {
  readonly ports = new TestPorts();
  readonly attempts: { host: string; atMs: number }[] = [];
  readonly location: { leaderEndpoint: HostPort | null } = { leaderEndpoint: DEAD };
  readonly link: ControllerLink;
  refuses = true;

  constructor() {
    const { ports } = this;
    const network = {
      connect: (host: string, _port: number, handler: ConnectionHandler) => {
        this.attempts.push({ host, atMs: ports.clock.monotonicMs() });
        if (this.refuses) {
          const error = new NetworkError("ECONNREFUSED", "refused");
          ports.timers.schedule(0, { onTimer: () => handler.onClose(error) });
        }
        return { send: () => {}, destroy: () => {}, end: () => {} } as unknown as Connection;
      },
    };
    this.link = new ControllerLink(Object.assign(ports, { network }) as Ports, this.location, "test");
  }

  call(timeoutMs: number): string[] {
    const told: string[] = [];
    const handler = { onResponse: () => told.push("answer"), onNoResponse: (why: string) => told.push(why) };
    this.link.call(Apis.AllocateProducerIds, { brokerId: 1, brokerEpoch: 1 }, handler, timeoutMs);
    return told;
  }

  gaps(): number[] {
    return this.attempts.slice(1).map(({ atMs }, i) => atMs - this.attempts[i].atMs);
  }
}

test("a controller that refuses is asked less and less often, until the call's time is over", () => {
  const bench = new Bench();
  const told = bench.call(1000);
  bench.ports.advance(500);
  const gaps = bench.gaps();
  assert.deepEqual(gaps.slice(0, 5), [10, 20, 40, 80, 80]);
  assert.deepEqual(told, []);
  bench.ports.advance(600);
  assert.deepEqual(told, ["timeout"]);
});

test("when another controller is elected, it is asked in the same moment, however long the old one was dead", () => {
  const bench = new Bench();
  bench.call(30_000);
  bench.ports.advance(1005);
  bench.refuses = false;
  bench.location.leaderEndpoint = { host: "h2", port: 9093 };
  bench.link.onLeaderChanged();
  bench.ports.settle();
  assert.deepEqual(bench.attempts.at(-1), { host: "h2", atMs: 1005 });
});
