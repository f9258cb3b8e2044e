import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Holdfast } from "../../src/index.js";
import { clusterTests, consume, produce } from "../support/embedded-cluster.js";
import { kafkaJs } from "../support/kafkajs.js";

clusterTests("in-process");

describe("the data of a cluster", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "holdfast-embedded-"));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test("stays in its directory, and comes back on the same ports", async () => {
    const dataDir = join(directory, "kept");
    const first = await Holdfast.start({ brokers: 1, dataDir, topics: ["orders:1:1"] });
    await produce(kafkaJs(first.bootstrapServers), "orders", ["kept"]);
    await assert.rejects(Holdfast.start({ dataDir }), { code: "FAILED", message: /is in use/ });
    await first.stop();
    const second = await Holdfast.start({ dataDir });
    assert.equal(second.bootstrapServers, first.bootstrapServers);
    assert.equal(second.clusterId, first.clusterId);
    assert.deepEqual(await consume(kafkaJs(second.bootstrapServers), "orders", "readers", 1), ["kept"]);
    await second.stop();
    await assert.rejects(Holdfast.start({ dataDir, brokers: 3 }), { message: /holds a cluster of 1 brokers, not 3/ });
    const third = await Holdfast.start({ dataDir });
    await third.stop({ keepData: false });
    assert.deepEqual(await readdir(directory), []);
  });
});

test("the console of brokers within a program hears their events, and breaks and mends them", async () => {
  await using cluster = await Holdfast.start({ topics: ["watched:1:3"], console: { port: 0 } });
  const url = cluster.consoleUrl ?? "";
  const story = async () => {
    const answer = await fetch(`${url}api/story?topic=watched`);
    return (await answer.json()) as {
      source: string;
      noFaults: string | null;
      processes: { state: string; pid: null }[];
    };
  };
  const fault = async (verb: string) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ verb, broker: 2 });
    return (await fetch(`${url}api/fault`, { method: "POST", headers, body })).status;
  };
  const before = await story();
  assert.deepEqual([before.source, before.noFaults], ["events", null]);
  // It is no process of its own: there is nothing to send a signal to.
  assert.equal(before.processes[1].pid, null);
  for (const [verb, state] of [
    ["kill", "killed"],
    ["wipe", "killed"],
    ["restart", "running"],
    ["pause", "paused"],
    ["heal", "running"],
  ]) {
    assert.equal(await fault(verb), 200, verb);
    assert.equal((await story()).processes[1].state, state, verb);
  }
});
