import assert from "node:assert/strict";
import { test } from "node:test";
import { banner } from "../../src/cli/banner.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { read } from "./source.js";

test("the README shows the banner as it is printed on a terminal", () => {
  const host = "127.0.0.1";
  const brokers = [1, 2, 3].map((id) => ({
    id,
    port: 9091 + id,
    controllerPort: 19_091 + id,
    httpPort: 29_091 + id,
    advertisedPorts: [],
  }));
  const cluster = {
    engine: { name: "holdfast" },
    plan: { host, brokers, advertise: [], ephemeral: true, directory: "" },
    bootstrapServers: brokers.map(({ port }) => `${host}:${port}`).join(","),
  } as unknown as LocalCluster;
  const { stdin } = process;
  const wasTerminal = stdin.isTTY;
  stdin.isTTY = true;
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
  const shown = banner(cluster, "http://127.0.0.1:9080/", 1230).replaceAll(escapes, "").trim();
  stdin.isTTY = wasTerminal;
  assert.ok(read("README.md").includes(shown), `README.md lacks:\n${shown}`);
});
