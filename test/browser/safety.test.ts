import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { type ConsoleServer, serveConsole, serveConsoleOf } from "../../src/console/server/serve.js";
import { startCluster } from "../support/cluster.js";

// What a page elsewhere, a rebound name or a read-only console may do: asked without a browser, which would itself refuse some of it.

let cluster: LocalCluster;
let server: ConsoleServer;

before(async () => {
  cluster = await startCluster({ brokers: 1 });
  server = await serveConsole(cluster, "127.0.0.1", 0);
});
after(async () => {
  await server.close();
  await cluster.stopNow();
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function ask(url: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const sent = request(new URL(path, url), { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      // Of a stream the head is all that is wanted.
      if (response.headers["content-type"] === "text/event-stream") {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
        sent.destroy();
        return;
      }
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const JSON_TYPE = { "Content-Type": "application/json" };

test("only a loopback name is answered, on pages, questions and the stream", async () => {
  for (const path of ["/", "/api/status", "/api/events"]) {
    assert.equal((await ask(server.url, path, { Host: "evil.example" })).status, 403, path);
    assert.equal((await ask(server.url, path, { Host: "localhost:1234" })).status, 200, path);
  }
});

test("requests of other sites are refused, also such as browsers send without an Origin", async () => {
  const body = '{"verb":"kill","broker":1}';
  const cross: Record<string, string>[] = [{ Origin: "http://evil.example" }, { "Sec-Fetch-Site": "cross-site" }];
  for (const headers of cross) {
    assert.equal((await ask(server.url, "/api/fault", { ...headers, ...JSON_TYPE }, body)).status, 403);
    assert.equal((await ask(server.url, "/api/events", headers)).status, 403);
  }
  // A form of another page cannot send JSON.
  assert.equal((await ask(server.url, "/api/fault", { "Content-Type": "text/plain" }, body)).status, 415);
  assert.equal(cluster.broker(1).state, "running");
});

test("the page's policy allows no inline script and no other host", async () => {
  const policy = String((await ask(server.url, "/")).headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe|https?:/);
});

test("code out of text runs in the filter's thread only, which may ask nobody", async () => {
  for (const path of ["/assets/filter-worker-x.js", "/assets/index-x.js", "/filter-worker-x.js"]) {
    const policy = String((await ask(server.url, path)).headers["content-security-policy"]);
    if (path.startsWith("/assets/filter")) assert.equal(policy, "default-src 'none'; script-src 'unsafe-eval'");
    else assert.doesNotMatch(policy, /unsafe/);
  }
});

test("a read-only console refuses every command on the server", async () => {
  const readOnly = await serveConsoleOf(cluster.bootstrapServers, { host: "127.0.0.1", port: 0, readOnly: true });
  try {
    const topics = ["/api/topics", "/api/topics/x/delete", "/api/messages/send", "/api/messages/again"];
    for (const path of ["/api/fault", ...topics, "/api/groups/g/reset", "/api/run"]) {
      assert.equal((await ask(readOnly.url, path, JSON_TYPE, "{}")).status, 403, path);
    }
    assert.equal((await ask(readOnly.url, "/api/topics")).status, 200);
    // Reading comes by POST, too, where a question holds a position for each partition.
    for (const path of ["/api/messages/merged", "/api/messages/range"]) {
      const question = JSON.stringify({ topic: "nowhere", from: "after", positions: [[0, 1]], limit: 1 });
      assert.match((await ask(readOnly.url, path, JSON_TYPE, question)).body, /There is no topic nowhere/);
      const wrong = await ask(readOnly.url, path, JSON_TYPE, '{"topic":"x","from":"after","positions":[[0,-1]]}');
      assert.match(wrong.body, /"field":"positions"/);
    }
  } finally {
    await readOnly.close();
  }
});

test("a console of a cluster that it did not start breaks no broker", async () => {
  const attached = await serveConsoleOf(cluster.bootstrapServers, { host: "127.0.0.1", port: 0 });
  try {
    const answer = await ask(attached.url, "/api/fault", JSON_TYPE, '{"verb":"kill","broker":1}');
    assert.equal(answer.status, 409);
    assert.match(answer.body, /holdfast up/);
    assert.equal(cluster.broker(1).state, "running");
  } finally {
    await attached.close();
  }
});

test("off loopback a token is needed, which the printed address carries", async () => {
  const open = await serveConsoleOf(cluster.bootstrapServers, { host: "0.0.0.0", port: 0 });
  try {
    const url = new URL(open.url);
    assert.equal((await ask(open.url, "/api/status")).status, 401);
    const login = await ask(open.url, url.pathname + url.search);
    assert.equal(login.status, 303);
    const cookie = String(login.headers["set-cookie"]).split(";")[0];
    assert.equal((await ask(open.url, "/api/status", { Cookie: cookie })).status, 200);
    assert.equal((await ask(open.url, "/api/status", { Cookie: "holdfast_token=wrong" })).status, 401);
  } finally {
    await open.close();
  }
});
