import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Holdfast } from "../../src/index.js";
import { until } from "../support/cluster.js";

const INDEX = new URL("../../src/index.js", import.meta.url).href;

function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => !["PipeWrap", "TTYWrap", "CloseReq"].includes(name));
}

/** Runs a program and resolves with what it printed once it wrote a line, or ended. */
function run(code: string, scratch: string): { child: ReturnType<typeof spawn>; line: Promise<string> } {
  const args = ["--expose-gc", "--input-type=module", "-e", code];
  const env = { ...process.env, TMPDIR: scratch };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const line = new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.once("exit", () => resolve(text));
  });
  return { child, line };
}

test("fifty clusters, one after the other, leave no handle, no directory and no memory behind, and print nothing", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "holdfast-leaks-"));
  try {
    const code = `
      import { Holdfast } from ${JSON.stringify(INDEX)};
      const used = () => { gc(); const { heapUsed, arrayBuffers } = process.memoryUsage(); return heapUsed + arrayBuffers; };
      const once = async () => {
        const cluster = await Holdfast.start({ topics: ["orders:2:3"] });
        cluster.events();
        await cluster.waitFor("isr", { topic: "orders" });
        await cluster.partition([1], [2]);
        await cluster.broker(3).pause();
        await cluster.stop();
      };
      for (let i = 0; i < 5; i++) await once();
      const before = used();
      for (let i = 0; i < 45; i++) await once();
      await new Promise((resolve) => setImmediate(resolve));
      const handles = process.getActiveResourcesInfo().filter((name) => !["PipeWrap", "TTYWrap", "CloseReq"].includes(name));
      console.log(JSON.stringify({ grown: used() - before, handles }));`;
    const { grown, handles } = JSON.parse(await run(code, scratch).line) as { grown: number; handles: string[] };
    assert.deepEqual(handles, []);
    // One broker's log buffers alone are more than that, times 135.
    assert.ok(grown < 16 * 1024 * 1024, `${grown} bytes more`);
    assert.deepEqual(await readdir(scratch), []);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
});

test("clusters side by side in one process do not meet", async () => {
  const clusters = await Promise.all([1, 2, 3].map(() => Holdfast.start({ topics: ["orders"] })));
  assert.equal(new Set(clusters.flatMap(({ brokerList }) => brokerList)).size, 9);
  await clusters[0].broker(1).kill();
  await clusters[1].waitFor("isr", { topic: "orders" });
  await Promise.all(clusters.map((cluster) => cluster.stop()));
});

test("a process that is killed leaves no broker behind, and its directory goes with the next start", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "holdfast-leaks-"));
  try {
    const code = `
      import { Holdfast } from ${JSON.stringify(INDEX)};
      const cluster = await Holdfast.start({ mode: "processes", brokers: 1 });
      console.log(cluster.bootstrapServers);
      setInterval(() => {}, 1000);`;
    const first = run(code, scratch);
    const address = await first.line;
    first.child.kill("SIGKILL");
    const port = Number(address.split(":")[1]);
    await until("the broker is gone", 20_000, () => isRefused(port));
    const [folder] = await readdir(scratch);
    const left = await readdir(join(scratch, folder));
    assert.equal(left.filter((name) => name.startsWith("cluster-")).length, 1);
    const second = run(code.replace("setInterval(() => {}, 1000);", "await cluster.stop();"), scratch);
    await second.line;
    await new Promise((resolve) => second.child.once("exit", resolve));
    assert.deepEqual(
      (await readdir(join(scratch, folder))).filter((name) => name.startsWith("cluster-")),
      [],
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
});

test("a cluster that cannot start leaves nothing behind", async () => {
  const properties = { "min.insync.replicas": "none" };
  await assert.rejects(Holdfast.start({ properties }));
  await assert.rejects(Holdfast.start({ readyTimeoutMs: 1 }), { code: "NOT_READY" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(resources(), []);
});

async function isRefused(port: number): Promise<boolean> {
  const { createConnection } = await import("node:net");
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}
