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
