import assert from "node:assert/strict";
import type { networkInterfaces } from "node:os";
import { test } from "node:test";
import { brokerProperties, type ClusterPlan } from "../cluster/plan.js";
import { nodeConfigOf } from "../config/node-config-from.js";
import { extraListeners } from "./extra-listeners.js";

const machine = {
  lo: [{ address: "127.0.0.1", family: "IPv4", internal: true }],
  eth0: [{ address: "192.168.1.5", family: "IPv4", internal: false }],
  docker0: [{ address: "172.17.0.1", family: "IPv4", internal: false }],
} as unknown as ReturnType<typeof networkInterfaces>;

test("an address off loopback needs --allow-plaintext, and is advertised as what clients can reach", () => {
  assert.throws(
    () => extraListeners({ listen: "192.168.1.5", advertise: [] }, machine),
    /--allow-plaintext|unencrypted/,
  );
  assert.throws(() => extraListeners({ advertise: ["build.example"] }, machine), /every address/);
  const allowed = { allowPlaintext: true };
  assert.deepEqual(extraListeners({ listen: "192.168.1.5", advertise: [], ...allowed }, machine), [
    { bind: "192.168.1.5", host: "192.168.1.5" },
  ]);
  assert.deepEqual(extraListeners({ listen: "0.0.0.0", advertise: [], ...allowed }, machine), [
    { bind: "0.0.0.0", host: "192.168.1.5" },
  ]);
  assert.deepEqual(extraListeners({ listen: "127.0.0.1", advertise: [] }, machine), []);
});

test("what is no address of this machine, or no host name, is refused with what there is", () => {
  assert.throws(() => extraListeners({ listen: "10.0.0.1", advertise: [] }, machine), /not an address of this machine/);
  assert.throws(() => extraListeners({ listen: "everywhere", advertise: [] }, machine), /not an address/);
  assert.throws(() => extraListeners({ advertise: ["http://x"] }, machine), /neither a host name nor an address/);
});

test("the host's name and the containers' name are two listeners on ports of their own, which a node accepts", () => {
  const advertise = extraListeners({ advertise: ["localhost", "kafka"], allowPlaintext: true }, machine);
  const broker = {
    id: 1,
    port: 9092,
    controllerPort: 19092,
    httpPort: null,
    advertisedPorts: [9192, 9292],
    dataDir: "/data/1",
    configFile: "",
    logFile: "",
  };
  const plan: ClusterPlan = {
    clusterId: "",
    directory: "/data",
    ephemeral: true,
    host: "127.0.0.1",
    brokers: [broker],
    consolePort: null,
    properties: {},
    advertise,
  };
  const properties = brokerProperties(plan, broker);
  nodeConfigOf(properties);
  assert.equal(
    properties["advertised.listeners"],
    "PLAINTEXT://127.0.0.1:9092,ADVERTISED1://localhost:9192,ADVERTISED2://kafka:9292",
  );
  assert.match(properties.listeners, /ADVERTISED1:\/\/0\.0\.0\.0:9192,ADVERTISED2:\/\/0\.0\.0\.0:9292/);
});

test("--docker listens where containers come from, and nowhere else", { skip: process.platform !== "linux" }, () => {
  assert.deepEqual(extraListeners({ docker: true, advertise: [] }, machine), [
    { bind: "172.17.0.1", host: "host.docker.internal" },
  ]);
  assert.throws(() => extraListeners({ docker: true, advertise: [] }, { lo: machine.lo }), /docker0/);
});
