import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BrokerDirectories } from "./broker-directories.js";
import type { BrokerPlan, ClusterPlan } from "./plan.js";

const directory = await mkdtemp(join(tmpdir(), "holdfast-directories-"));
after(() => rm(directory, { recursive: true, force: true }));

test("brokers that are wiped at once are each formatted once, by an engine that refuses what is formatted", async () => {
  const brokers = [1, 2, 3].map((id) => ({ id, dataDir: join(directory, String(id)) }) as BrokerPlan);
  const formatted: number[] = [];
  const engine = {
    /** As Apache Kafka's tool: it takes a while, and looks again before it writes. */
    format: async (_plan: ClusterPlan, empty: readonly BrokerPlan[]): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const { id, dataDir } of empty) {
        const properties = join(dataDir, "meta.properties");
        if (existsSync(properties)) throw new Error(`Log directory ${dataDir} is already formatted`);
        await mkdir(dataDir, { recursive: true });
        await writeFile(properties, "");
        formatted.push(id);
      }
    },
  };
  const directories = new BrokerDirectories({ brokers } as unknown as ClusterPlan, engine);
  await directories.format();
  for (const { dataDir } of brokers) await writeFile(join(dataDir, "00000000000000000000.log"), "data");
  formatted.length = 0;
  await Promise.all(brokers.map((broker) => directories.empty(broker)));
  assert.deepEqual(formatted.sort(), [1, 2, 3]);
  for (const { dataDir } of brokers) {
    assert.equal(existsSync(join(dataDir, "00000000000000000000.log")), false);
    assert.ok(existsSync(join(dataDir, "meta.properties")));
  }
});

test("a formatting that failed does not keep the next from trying", async () => {
  let tries = 0;
  const engine = {
    format: async (): Promise<void> => {
      if (++tries === 1) throw new Error("no Java");
    },
  };
  const directories = new BrokerDirectories({ brokers: [] } as unknown as ClusterPlan, engine);
  await assert.rejects(directories.format(), /no Java/);
  await directories.format();
  assert.equal(tries, 2);
});
