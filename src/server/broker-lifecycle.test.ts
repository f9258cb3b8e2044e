import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallHandler } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import { emptyImage, type MetadataImage } from "../metadata/image.js";
import type { Api } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { BrokerRegistrationRequest } from "../protocol/messages/62-broker-registration.js";
import type { BrokerHeartbeatRequest } from "../protocol/messages/63-broker-heartbeat.js";
import { TestPorts } from "../storage/testing/ports.js";
import { BrokerLifecycle, type LifecycleHost } from "./broker-lifecycle.js";
import type { ControllerChannel } from "./controller-channel.js";

const NUMBERS: Readonly<Record<string, number>> = {
  "broker.session.timeout.ms": 9000,
  "broker.heartbeat.interval.ms": 2000,
  "initial.broker.registration.timeout.ms": 60000,
};

/** A broker whose controller is the test. */
class Bench {
  readonly ports = new TestPorts();
  readonly told: string[] = [];
  readonly calls: { name: string; body: unknown; handler: CallHandler }[] = [];
  image: MetadataImage = { ...emptyImage(), offset: 7 };
  readonly lifecycle: BrokerLifecycle;
  readonly channel: { brokerEpoch: number };

  constructor() {
    const bench = this;
    const config = { nodeId: 4, rack: "r1", number: (name: string) => NUMBERS[name] } as unknown as NodeConfig;
    this.channel = {
      brokerEpoch: -1,
      heartbeats: {
        call: (api: Api, body: unknown, handler: CallHandler) => this.calls.push({ name: api.name, body, handler }),
      },
    } as never;
    const host: LifecycleHost = {
      clusterId: "4L6g3nShT-eMCtK--X86sw",
      get image() {
        return bench.image;
      },
      directories: () => [
        { path: "/a", id: "AAAAAAAAAAAAAAAAAAAAaa", online: true, error: null, syncFailed: false },
        { path: "/b", id: "AAAAAAAAAAAAAAAAAAAAbb", online: false, error: null, syncFailed: false },
      ],
      advertisedListeners: () => [{ name: "PLAINTEXT", host: "h", port: 9092, securityProtocol: 0 }],
      previousBrokerEpoch: 33,
      onRegistered: (epoch: number) => this.told.push(`registered ${epoch}`),
      onCaughtUp: () => this.told.push("caught up"),
      onFenced: (isFenced: boolean) => this.told.push(isFenced ? "fenced" : "unfenced"),
      onShutDownNow: () => this.told.push("gone"),
      onNotRegistered: (reason: string) => this.told.push(`not registered: ${reason}`),
    };
    const channel = this.channel as unknown as ControllerChannel;
    this.lifecycle = new BrokerLifecycle(this.ports, config, channel, host, "AAAAAAAAAAAAAAAAAAAAcc");
  }

  /** What was asked of the controller last, which has no answer yet. */
  get asked(): { name: string; body: unknown } {
    assert.equal(this.calls.length, 1, "one call is under way");
    return this.calls[0];
  }

  heartbeat(): BrokerHeartbeatRequest {
    assert.equal(this.asked.name, "BrokerHeartbeat");
    return this.asked.body as BrokerHeartbeatRequest;
  }

  answer(response: object): void {
    const call = this.calls.shift();
    call?.handler.onResponse({ errorCode: ErrorCode.NONE, ...response } as never, 4);
    this.ports.settle();
  }

  /** The broker serves. */
  run(): void {
    this.lifecycle.start();
    this.answer({ brokerEpoch: 5 });
    this.answer({ isCaughtUp: true, isFenced: true });
    this.lifecycle.serveWhenUnfenced();
    this.answer({ isCaughtUp: true, isFenced: false });
  }
}

test("a broker registers, catches up, loads, and asks to be unfenced only then", () => {
  const bench = new Bench();
  bench.lifecycle.start();
  assert.equal(bench.asked.name, "BrokerRegistration");
  const registration = bench.asked.body as BrokerRegistrationRequest;
  assert.equal(registration.previousBrokerEpoch, 33);
  assert.deepEqual(registration.logDirs, ["AAAAAAAAAAAAAAAAAAAAaa"]);
  bench.answer({ brokerEpoch: 5 });
  assert.equal(bench.channel.brokerEpoch, 5);
  const first = bench.heartbeat();
  assert.deepEqual(
    [first.brokerEpoch, first.wantFence, first.currentMetadataOffset, first.cordonedLogDirs, first.offlineLogDirs],
    [5, true, 7, null, ["AAAAAAAAAAAAAAAAAAAAbb"]],
  );
  bench.answer({ isCaughtUp: false, isFenced: true });
  bench.ports.advance(10);
  bench.image = { ...bench.image, offset: 9, features: { ...bench.image.features, metadataVersion: 30 } };
  bench.answer({ isCaughtUp: false, isFenced: true });
  bench.ports.advance(10);
  assert.equal(bench.heartbeat().currentMetadataOffset, 9);
  bench.answer({ isCaughtUp: true, isFenced: true });
  assert.deepEqual(bench.told, ["registered 5", "caught up"]);
  bench.lifecycle.serveWhenUnfenced();
  assert.deepEqual([bench.heartbeat().wantFence, bench.heartbeat().cordonedLogDirs], [false, []]);
  bench.answer({ isCaughtUp: true, isFenced: false });
  assert.deepEqual(bench.told.slice(2), ["unfenced"]);
  assert.equal(bench.calls.length, 0);
  bench.ports.advance(2000);
  assert.equal(bench.heartbeat().wantFence, false);
});

test("a broker that was fenced asks to serve again, time and again", () => {
  const bench = new Bench();
  bench.run();
  bench.ports.advance(2000);
  bench.answer({ isCaughtUp: true, isFenced: true });
  assert.equal(bench.told.at(-1), "fenced");
  bench.ports.advance(10);
  assert.equal(bench.heartbeat().wantFence, false);
  bench.answer({ isCaughtUp: true, isFenced: false });
  assert.equal(bench.told.at(-1), "unfenced");
});

test("a registration that is refused is tried again, and given up only after its time", () => {
  const bench = new Bench();
  bench.lifecycle.start();
  bench.answer({ errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION });
  bench.ports.advance(50);
  assert.equal(bench.asked.name, "BrokerRegistration");
  bench.ports.advance(60000);
  bench.answer({ errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION });
  assert.deepEqual(bench.told, ["not registered: DUPLICATE_BROKER_REGISTRATION"]);
});

test("a broker whose epoch is stale registers again and goes on where it was", () => {
  const bench = new Bench();
  bench.run();
  bench.ports.advance(2000);
  bench.answer({ errorCode: ErrorCode.STALE_BROKER_EPOCH });
  bench.ports.advance(50);
  assert.equal((bench.asked.body as BrokerRegistrationRequest).previousBrokerEpoch, 5);
  bench.answer({ brokerEpoch: 90 });
  assert.deepEqual([bench.heartbeat().brokerEpoch, bench.heartbeat().wantFence], [90, false]);
  bench.answer({ isCaughtUp: true, isFenced: false });
  assert.deepEqual(bench.told.slice(-3), ["fenced", "registered 90", "unfenced"]);
});

test("a broker leaves once the controller has moved what it leads", () => {
  const bench = new Bench();
  bench.run();
  bench.lifecycle.shutdown();
  assert.equal(bench.heartbeat().wantShutDown, true);
  bench.answer({ isCaughtUp: true, isFenced: false, shouldShutDown: false });
  bench.ports.advance(10);
  bench.answer({ isCaughtUp: true, isFenced: true, shouldShutDown: true });
  assert.equal(bench.told.at(-1), "gone");
  bench.ports.advance(60000);
  assert.equal(bench.calls.length, 0);
});

test("a broker that never registered just goes", () => {
  const bench = new Bench();
  bench.lifecycle.start();
  bench.lifecycle.shutdown();
  assert.deepEqual(bench.told, ["gone"]);
});
