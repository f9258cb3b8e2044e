import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { GroupReader } from "../../src/cluster/group-reader.js";
import { commitPositions } from "../../src/cluster/groups.js";
import { recordPorts } from "../../src/cluster/record-ports.js";
import { RecordSender } from "../../src/cluster/record-sender.js";
import { describeTopics } from "../../src/cluster/topics.js";
import { alterConfig, configsOf } from "../../src/console/server/brokers.js";
import { describeGroup } from "../../src/console/server/groups.js";
import { serveConsole, serveConsoleOf } from "../../src/console/server/serve.js";
import { RELEASE } from "../../src/node/release.js";
import { makeTopic, until, untilInSync, withAdmin } from "../support/cluster.js";
import { axe, Stage, scriptsOf } from "./browser.js";

let stage: Stage;

before(async () => {
  stage = await Stage.open();
  await makeTopic(stage.cluster, "orders:3:3");
  await makeTopic(stage.cluster, "counted:1:3");
});
after(() => stage.close());

test("the first page loads at most 250 kB of JavaScript, gzipped, and none of the other pages", async () => {
  const page = await stage.breakdown();
  const scripts = await scriptsOf(page);
  const sum = scripts.reduce((total, { bytes }) => total + bytes, 0);
  assert.ok(sum > 50_000 && sum < 250_000, JSON.stringify(scripts));
  assert.ok(!scripts.some(({ path }) => /(topics|messages|overview)/.test(path)));
  await page.context().close();
});

test("before any script or style has come, there is the page's head, in the theme that was chosen before", async () => {
  const page = await stage.page("topics", { theme: "dark" });
  await page.getByRole("button", { name: "Light" }).click();
  await page.context().route("**/assets/**", (route) => route.abort());
  await page.reload();
  await page.getByText("Opening the console …").waitFor();
  assert.equal(await page.locator("nav [aria-current]").textContent(), "Topics");
  assert.equal(await page.title(), "Topics · Holdfast");
  assert.equal(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(247, 245, 240)");
  await page.context().close();
});

test("Overview: health in one line, the quorum, and what a killed broker changes", async () => {
  const page = await stage.page("overview");
  await page.getByText(/All 3 brokers are up/).waitFor();
  await stage.cluster.broker(3).kill();
  await page
    .getByText(/miss replicas/)
    .first()
    .waitFor();
  await page.getByRole("heading", { name: "What is missing" }).waitFor();
  await page.locator(".lede", { hasText: "Broker 3 is not in the cluster (SIGKILL)." }).waitFor();
  await stage.cluster.broker(3).start();
  await untilInSync(stage.cluster, "orders");
  await page.getByText(/All 3 brokers are up/).waitFor();
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "counted", await recordPorts(), 0);
    await sender.open();
    while ((await page.locator(".busiest").count()) === 0)
      await sender.sendTo(0, [{ key: null, value: new Uint8Array(10) }]);
  });
  assert.equal(await page.locator(".busiest a").first().textContent(), "counted");
  await page.route("**/api/status", (route) => route.abort());
  await page.getByRole("alert").getByText("The console's server does not answer.").waitFor();
  await page.getByText(/What follows was told at/).waitFor();
  assert.ok(await page.getByRole("heading", { name: "Quorum" }).isVisible());
  await page.unroute("**/api/status");
  await page.getByRole("alert").waitFor({ state: "detached" });
  await stage.shot(page, "overview");
  await page.context().close();
});

test("Topics: created, configured, deleted with its name typed; a forbidden name is refused beside the field", async () => {
  const page = await stage.page("topics");
  await page.getByRole("button", { name: "Create a topic" }).click();
  await page.getByLabel("Name").fill("not allowed!");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "not allowed!");
  await page.getByLabel("Name").fill("made-here");
  await page.getByLabel("Partitions").fill("2");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.waitForURL(/topic=made-here/);
  const [topic] = await withAdmin(stage.cluster, (admin) => describeTopics(admin, ["made-here"]));
  assert.equal(topic.partitions.length, 2);
  assert.equal(topic.partitions[0].replicas.length, 3);
  await page.waitForSelector("[data-partition='1']");
  await page.getByRole("columnheader", { name: "ELR" }).waitFor();

  await page.getByLabel("also those at their defaults").check();
  await page.waitForURL(/all=yes/);
  await page.reload();
  await page.getByRole("button", { name: "Change retention.ms" }).click();
  await page.getByLabel("New value of retention.ms").fill("3600000");
  await page.getByRole("button", { name: "Set" }).click();
  await page.getByRole("button", { name: "Reset retention.ms" }).waitFor();
  const configs = await withAdmin(stage.cluster, (admin) => configsOf(admin, 2, "made-here"));
  assert.equal(configs.find((each) => each.name === "retention.ms")?.value, "3600000");

  await page.getByRole("button", { name: /Delete/ }).click();
  assert.ok(await page.getByRole("button", { name: "Delete it" }).isDisabled());
  await page.getByRole("dialog").getByLabel("Name").fill("made-here");
  await page.getByRole("button", { name: "Delete it" }).click();
  await until("deleted", 10_000, async () => {
    const topics = await withAdmin(stage.cluster, (admin) => describeTopics(admin, null));
    return !topics.some((each) => each.name === "made-here");
  });
  await page.context().close();
});

test("Messages: produced, read, filtered, followed live; an offset out of range is answered beside its field", async () => {
  const page = await stage.page("messages?topic=orders&partition=0");
  await page.getByText("The partition is empty.").waitFor();
  for (const value of ['{"id":1}', "second"]) {
    await page.getByLabel("Value", { exact: true }).fill(value);
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".record .value", { hasText: value }).waitFor();
  }
  await page.locator("[data-offset='0'] button").first().click();
  await page.getByRole("button", { name: "json", exact: true }).click();
  await page.getByText('"id": 1').waitFor();
  await page.getByRole("searchbox").fill("second");
  await page.getByText("1 of 2 read match").waitFor();
  await page.getByRole("searchbox").fill("");
  await page.getByRole("button", { name: "Live tail" }).click();
  await page.getByLabel("Value", { exact: true }).fill("while live");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".record .value", { hasText: "while live" }).waitFor();
  await page.getByText("3 seen").waitFor();
  await stage.shot(page, "messages");
  await page.goto(`${stage.server.url}messages?topic=orders&from=999`);
  await page
    .locator("div.field", { hasText: "Offset" })
    .getByRole("alert")
    .getByText(/999 is outside/)
    .waitFor();
  const offset = page.getByRole("textbox", { name: "Offset" });
  assert.equal(await offset.inputValue(), "999");
  assert.equal(await offset.getAttribute("aria-invalid"), "true");
  await offset.fill("1");
  await offset.press("Enter");
  await page.locator(".record .value", { hasText: "second" }).waitFor();
  await page.context().close();
});

test("Messages: filters in JavaScript that match, throw and never end; a search with its range; export; sent again", async () => {
  const page = await stage.page("messages?topic=orders&partition=0", { theme: "light" });
  await page.getByLabel("Filter by").selectOption("javascript");
  const expression = page.getByLabel("Expression");
  await expression.fill("json?.id === 1");
  await page.getByText("1 of 3 read match").waitFor();
  const bad = [
    ["json.id === 1", /At offset 2 of partition 0 it threw: TypeError/],
    ["json.id ===", /This is no JavaScript expression/],
    ["(() => { for (;;); })()", /did not end within 2 s/],
  ] as const;
  for (const [text, answer] of bad) {
    await expression.fill(text);
    await page.getByRole("alert").getByText(answer).waitFor();
    assert.equal(await expression.inputValue(), text);
  }
  await expression.fill("value.length > 6");
  await page.getByText("2 of 3 read match").waitFor();
  await page.getByRole("button", { name: "Search 0 to 2" }).click();
  await page.getByText("Searched: 3 of 3 offsets from 0; 2 match.").waitFor();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export 2 as JSON lines" }).click();
  const lines = (await readFile(await (await saving).path(), "utf8")).trim().split("\n");
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { value: { text: string } }).value.text),
    ['{"id":1}', "while live"],
  );
  await page.locator("[data-offset='0'] button").first().click();
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByLabel("To partition").fill("9");
  await page.getByRole("button", { name: "Send it" }).click();
  await page.getByRole("dialog").getByRole("alert").getByText("none is 9").waitFor();
  assert.equal(await axe(page), "");
  await page.getByLabel("To partition").fill("2");
  await page.getByRole("button", { name: "Send it" }).click();
  await page.getByText("Acknowledged at offset 0.").waitFor();
  await page.goto(`${stage.server.url}messages?topic=orders&partition=2`);
  await page.locator(".record .value", { hasText: '{"id":1}' }).waitFor();
  await page.context().close();
});

test("Messages: all partitions at once, merged by their timestamps, paged, searched, followed and copied", async () => {
  await makeTopic(stage.cluster, "spread:3:3");
  const day = Date.UTC(2026, 0, 2);
  // The n-th of 240 records is in partition n mod 3, and a minute later than the one before.
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "spread", await recordPorts(), 0);
    await sender.open();
    for (const partition of [0, 1, 2]) {
      const records = Array.from({ length: 80 }, (_, at) => ({
        key: null,
        value: new TextEncoder().encode(`n-${at * 3 + partition}`),
        timestamp: day + (at * 3 + partition) * 60_000,
      }));
      await sender.sendTo(partition, records);
    }
  });
  const page = await stage.page("messages?topic=spread", { theme: "light" });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const lines = page.locator(".record");
  const seen = async (from: number, step: 1 | -1) => {
    await lines.first().locator(".value").getByText(`n-${from}`, { exact: true }).waitFor();
    for (let at = 0; at < 8; at++) {
      const number = from + at * step;
      assert.equal(await lines.nth(at).locator(".value").textContent(), `n-${number}`);
      assert.equal(await lines.nth(at).getAttribute("data-partition"), String(number % 3));
    }
  };
  await page.getByText("100 of 100 read match; the 3 partitions hold 240 offsets.").waitFor();
  assert.equal(await page.getByLabel("Partition").first().inputValue(), "all");
  await seen(239, -1);
  assert.equal(await axe(page), "");
  await stage.shot(page, "messages-all");
  await page.getByRole("button", { name: "Copy 100 as a table" }).click();
  await page.getByText("Copied 100").waitFor();
  const table = (await page.evaluate<string>("navigator.clipboard.readText()")).split("\n");
  assert.deepEqual(table.slice(0, 2), [
    "partition\toffset\ttime\tkey\tvalue",
    `2\t79\t${new Date(day + 239 * 60_000).toISOString()}\t\tn-239`,
  ]);
  await page.getByRole("button", { name: "Older" }).click();
  await seen(139, -1);
  // A page of each partition's own positions is a link, too.
  await page.reload();
  await seen(139, -1);
  await page.getByRole("button", { name: "Newer" }).click();
  await seen(140, 1);
  await page.getByLabel("From").selectOption("oldest");
  await seen(0, 1);
  const time = new Date(day + 200 * 60_000);
  await page.goto(`${stage.server.url}messages?topic=spread&from=time:${time.getTime()}`);
  await seen(200, 1);
  await page.getByRole("searchbox").fill("n-7");
  await page.getByText("0 of 40 read match").waitFor();
  await page.getByRole("button", { name: "Search all partitions from there on" }).click();
  await page.getByText("Searched: 40 of 40 offsets of 3 partitions; 0 match.").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByLabel("From").selectOption("newest");
  await page.getByRole("button", { name: "Search all 240 offsets of 3 partitions" }).click();
  await page.getByText("Searched: 240 of 240 offsets of 3 partitions; 11 match.").waitFor();
  assert.deepEqual(
    await lines.locator(".value").allTextContents(),
    [7, ...Array.from({ length: 10 }, (_, at) => 70 + at)].map((n) => `n-${n}`),
  );
  await page.getByRole("searchbox").fill("");
  await page.getByLabel("From").selectOption("offset");
  await page.getByText("Each partition counts its own offsets: choose a partition first.").waitFor();
  await page.getByRole("button", { name: "Live tail" }).click();
  await page.getByText("240 seen, the newest 240 kept, 0 left out.").waitFor();
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "spread", await recordPorts(), 0);
    await sender.open();
    for (const partition of [2, 0, 1])
      await sender.sendTo(partition, [{ key: null, value: new TextEncoder().encode(`live ${partition}`) }]);
  });
  await page.getByText("243 seen, the newest 243 kept, 0 left out.").waitFor();
  for (const partition of [0, 1, 2])
    await page.locator(`[data-partition='${partition}'] .value`, { hasText: `live ${partition}` }).waitFor();
  await page.getByLabel("Key (none when empty)").fill("a key");
  await page.getByLabel("Value", { exact: true }).fill("by its key");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText(/Acknowledged at offset 81 of partition [012]\./).waitFor();
  await page.locator(".record .value", { hasText: "by its key" }).waitFor();
  await page.context().close();
});

test("Messages: decoded by a schema registry, or it is said why not; filters look into all of a value", async () => {
  const schema = JSON.stringify({ type: "record", name: "Order", fields: [{ name: "total", type: "int" }] });
  const guid = "89791762-2336-4186-9674-299b90a802e2";
  const registry = createServer((request, response) => {
    const isKnown = request.url === "/schemas/ids/1" || request.url === `/schemas/guids/${guid}`;
    response.writeHead(isKnown ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(isKnown ? { schema } : { error_code: 40403 }));
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  const { port } = registry.address() as AddressInfo;
  const server = await serveConsole(stage.cluster, "127.0.0.1", 0, {
    schemaRegistry: new URL(`http://127.0.0.1:${port}`),
  });
  await makeTopic(stage.cluster, "typed:1:3");
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "typed", await recordPorts(), 0);
    await sender.open();
    const long = new TextEncoder().encode(`${"x".repeat(100_000)} the needle`);
    const values = [Uint8Array.of(0, 0, 0, 0, 1, 0xac, 0x02), Uint8Array.of(0, 0, 0, 0, 99, 1), long];
    await sender.sendTo(
      0,
      values.map((value) => ({ key: null, value })),
    );
    const key = new TextEncoder().encode("__value_schema_id");
    const named = (...bytes: number[]) => ({
      key: null,
      value: Uint8Array.of(0x0e),
      headers: [{ key, value: Uint8Array.from(bytes) }],
    });
    await sender.sendTo(0, [named(1, ...Buffer.from(guid.replaceAll("-", ""), "hex")), named(1, 2, 3)]);
  });
  const page = await stage.page("messages?topic=typed", { server });
  await page.locator("[data-offset='0'] .value", { hasText: '{"total":150}' }).waitFor();
  await page.locator("[data-offset='0'] button").first().click();
  await page.getByText("The value: Avro, schema 1, Order.").waitFor();
  await page.locator("[data-offset='1'] button", { hasText: "not decoded" }).click();
  await page.locator("[data-offset='1'] .note", { hasText: `127.0.0.1:${port} knows no schema 99.` }).waitFor();
  await page.locator("[data-offset='3'] button", { hasText: '{"total":7}' }).click();
  await page.getByText(`The value: Avro, schema ${guid}, Order, as a header says.`).waitFor();
  await page.locator("[data-offset='4'] button", { hasText: "not decoded" }).click();
  await page.locator("[data-offset='4'] .note", { hasText: "Its header __value_schema_id names no schema" }).waitFor();
  assert.equal(await axe(page), "");
  await stage.shot(page, "messages-decoded");
  await page.getByLabel("Filter by").selectOption("javascript");
  await page.getByLabel("Expression").fill("json?.total > 100");
  await page.getByText("1 of 5 read match").waitFor();
  await page.getByLabel("Filter by").selectOption("contains");
  await page.getByRole("searchbox").fill("the needle");
  await page.getByText("1 of 5 read match").waitFor();
  await page.locator("[data-offset='2']").waitFor();
  await page.getByRole("button", { name: "Search 0 to 4" }).click();
  await page.getByText("Searched: 5 of 5 offsets from 0; 1 match.").waitFor();
  await page.context().close();
  await server.close();
  registry.close();
});

test("Messages: one of 20 MB opens whole and is downloaded; one of 2 MB is refused beside its field, which keeps it", async () => {
  const size = 20 * 1024 * 1024;
  await makeTopic(stage.cluster, "big:1:3", { "max.message.bytes": String(size + 1024 * 1024) });
  const value = new TextEncoder().encode(`begin ${"0123456789\n".repeat(size / 11 - 2)} the very end`);
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "big", await recordPorts(), 0);
    await sender.open();
    await sender.sendTo(0, [{ key: null, value }]);
  });
  const page = await stage.page("messages?topic=big");
  await page.locator("[data-offset='0'] button").first().click();
  await page.getByRole("button", { name: "Show all 20 MB" }).click();
  const text = page.getByRole("region", { name: "The value as text" });
  await text.getByText("begin 0123456789").waitFor();
  await page.evaluate("document.querySelector('.long-text').scrollTo(0, 1e9)");
  await text.getByText("the very end").waitFor();
  const saving = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  assert.equal((await stat(await (await saving).path())).size, value.length);

  await page.goto(`${stage.server.url}messages?topic=orders&partition=0`);
  const field = page.getByLabel("Value", { exact: true });
  await field.fill("x".repeat(2_000_000));
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.locator("section[aria-label=Produce]").getByRole("alert").getByText("MESSAGE_TOO_LARGE").waitFor();
  assert.equal((await field.inputValue()).length, 2_000_000);
  await page.context().close();
  const story = await stage.breakdown();
  await story.getByLabel("message").fill("x".repeat(2_000_000));
  await story.locator("section[aria-label=Producer]").getByRole("alert").getByText("2,000,000 bytes").waitFor();
  assert.ok(await story.locator("section[aria-label='Producer'] > .primary").isDisabled());
  await story.context().close();
});

test("Groups: lag, and positions moved after a dry run", async () => {
  const story = await stage.breakdown();
  await story.getByRole("button", { name: "Run", exact: true }).first().click();
  await story.waitForSelector("[data-row='2'][data-light=lit]");
  await story.getByRole("button", { name: "Read it" }).click();
  await story.waitForSelector("[data-station='7'][data-light=lit]");
  await story.context().close();
  const page = await stage.page("groups");
  await page.getByRole("link", { name: "breakdown-reader" }).click();
  await page.locator("[data-lag]", { hasText: "0" }).waitFor();
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByText("breakdown-0: 1 → 0").waitFor();
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await page.getByText("Done.").waitFor();
  const group = (await withAdmin(stage.cluster, (admin) => describeGroup(admin, "breakdown-reader"))) as {
    partitions: { committed: number; lag: number }[];
  };
  assert.deepEqual(
    group.partitions.map(({ committed, lag }) => ({ committed, lag })),
    [{ committed: 0, lag: 1 }],
  );
  await page.locator("[data-lag]", { hasText: "1" }).waitFor();
  await page.locator("[data-rebalance]", { hasText: "It has not rebalanced since" }).waitFor();
  await page.locator("section[aria-label='Reset positions'] select").selectOption("time");
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.locator(".field", { hasText: "At or after" }).getByRole("alert").getByText("A time is a date").waitFor();
  await page.locator("section[aria-label='Reset positions'] select").selectOption("offset");
  await page.getByRole("spinbutton").fill("1");
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByText("breakdown-0: 0 → 1").waitFor();
  // Another value was not tried.
  await page.getByRole("spinbutton").fill("0");
  assert.ok(await page.getByRole("button", { name: "Reset", exact: true }).isDisabled());
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "counted", await recordPorts(), 0);
    await sender.open();
    await sender.sendTo(0, new Array(10).fill({ key: null, value: new Uint8Array(10) }));
  });
  await commitOf("far", 0);
  await commitOf("near", 3);
  await page.goto(`${stage.server.url}groups?sort=-lag`);
  await page.locator("tr", { hasText: "breakdown-reader" }).locator("[data-lag='1']").waitFor();
  const names = page.locator("td.name");
  await page.locator("tr[data-index='0']", { hasText: "far" }).locator("[data-lag]").waitFor();
  const { lag } = (await lagsNow("far"))[0];
  assert.equal(await page.locator("tr[data-index='0'] [data-lag]").getAttribute("data-lag"), String(lag));
  await page.getByRole("button", { name: "Lag" }).click();
  await page.waitForURL(/sort=lag/);
  assert.deepEqual(await names.allTextContents(), ["breakdown-reader", "near", "far"]);
  await commitOf("far", lag);
  await page.locator("tr[data-index='0']", { hasText: "far" }).locator("[data-lag='0']").waitFor();
  await page.goto(`${stage.server.url}groups?group=sharing`);
  await page.getByRole("alert").getByText("There is no classic or consumer group sharing.").waitFor();
  await withAdmin(stage.cluster, async (admin) => {
    const options = { follow: true, fromBeginning: false, assignors: ["range"] } as const;
    const reader = new GroupReader(admin, "sharing", "counted", await recordPorts(), options);
    const reading = reader.read(() => true);
    await page.locator("[data-rebalance]", { hasText: /Last rebalanced at .* joins/ }).waitFor();
    reader.stop();
    await reading;
  });
  await page.context().close();
  const readOnly = await serveConsole(stage.cluster, "127.0.0.1", 0, { readOnly: true });
  const watching = await stage.page("groups?q=near", { server: readOnly });
  await watching.getByText("Read-only", { exact: true }).waitFor();
  await watching.locator("tr", { hasText: "near" }).locator("[data-lag]").waitFor();
  await watching.getByRole("link", { name: "near" }).click();
  await watching.getByText("this console is read-only").waitFor();
  assert.ok(await watching.getByRole("button", { name: "Dry run" }).isDisabled());
  await watching.context().close();
  await readOnly.close();
});

async function commitOf(group: string, after: number): Promise<void> {
  await withAdmin(stage.cluster, (admin) =>
    commitPositions(admin, group, [{ topic: "counted", partition: 0, before: null, after }]),
  );
}

async function lagsNow(group: string): Promise<{ lag: number }[]> {
  const found = await withAdmin(stage.cluster, (admin) => describeGroup(admin, group));
  return (found as { partitions: { lag: number }[] }).partitions;
}

test("Brokers: directories and configs of each", async () => {
  const page = await stage.page("brokers");
  await page.waitForSelector("[data-broker='3']");
  await page.getByText(stage.cluster.broker(2).plan.dataDir).waitFor();
  await page
    .getByText(/of logs; .* free of /)
    .nth(2)
    .waitFor();
  await page
    .locator("[data-broker='2'] [data-software]", { hasText: `Holdfast ${RELEASE} – told by the broker` })
    .waitFor();
  await page
    .getByText(/metadata\.version 4\.3-IV0 \(30\) in effect/)
    .first()
    .waitFor();
  await page.getByRole("link", { name: "Configs and versions of broker 2" }).click();
  await page.getByPlaceholder("find").fill("insync");
  await page.getByRole("cell", { name: "min.insync.replicas" }).first().waitFor();
  await page.waitForURL(/q=insync/);
  await page.getByRole("row", { name: "metadata.version 4.3-IV0 (30) 7 4.3-IV0 (30)" }).waitFor();
  await page.getByRole("row", { name: "ApiVersions 18 0 – 4" }).waitFor();
  const http = [{ broker: 2, host: "127.0.0.1", port: stage.cluster.broker(2).plan.httpPort as number }];
  const outside = await serveConsoleOf(stage.cluster.bootstrapServers, { host: "127.0.0.1", port: 0, http });
  const other = await stage.page("brokers", { server: outside });
  await other.locator("[data-broker='2'] [data-software]", { hasText: `Holdfast ${RELEASE} – told by` }).waitFor();
  const software = other.locator("[data-broker='1'] [data-software]");
  await software
    .getByText("Kafka's protocol tells no release; it is one that knows metadata.version up to 4.3-IV0")
    .waitFor();
  assert.match((await software.textContent()) ?? "", /^Holdfast/);
  await other.getByText("Restart history: not known.").first().waitFor();
  await other.context().close();
  await outside.close();
  await page.context().close();
});

test("Events: what was done here, and what the brokers made of it", async () => {
  const page = await stage.page("events");
  await page.waitForSelector("[data-feed=live]");
  await makeTopic(stage.cluster, "later:1:3");
  await page.locator("tr[data-kind=topic]", { hasText: "later" }).first().waitFor();
  await withAdmin(stage.cluster, (admin) => alterConfig(admin, 2, "later", "retention.ms", "7000"));
  const changed = page.locator("tr[data-kind=config]", { hasText: "retention.ms was set to 7000, by client" });
  await changed.getByText(/User:ANONYMOUS at 127\.0\.0\.1/).waitFor();
  await page.getByLabel("Kind").selectOption("action");
  await page.locator("tr[data-kind=action]", { hasText: "deleted topic made-here" }).waitFor();
  await stage.shot(page, "events");
  await page.context().close();
});

test("Events: while the console is away the page says so and keeps what it has; started again, it goes on with a word of the gap", async () => {
  const first = await serveConsole(stage.cluster, "127.0.0.1", 0);
  const page = await stage.page("events?kind=feed", { server: first });
  await page.locator("tr[data-kind=feed]").nth(2).waitFor();
  const before = await page.locator("tr[data-kind=feed]").count();
  await first.close();
  await page.locator("[data-lost]", { hasText: /Nothing was heard of the console's server since \d/ }).waitFor();
  assert.equal(await page.locator("tr[data-kind=feed]").count(), before);
  assert.equal(await axe(page), "");
  const second = await serveConsole(stage.cluster, "127.0.0.1", Number(new URL(first.url).port));
  await page.waitForSelector("[data-feed=live]");
  await page.waitForSelector("[data-lost]", { state: "detached" });
  // Its own numbers begin anew, and none of them is lost.
  await page
    .locator("tr[data-kind=feed]")
    .nth(before + 2)
    .waitFor();
  await page.getByLabel("Kind").selectOption("gap");
  await page.locator("tr[data-kind=gap]", { hasText: "Events were missed" }).waitFor();
  await page.getByLabel("Kind").selectOption("all");
  await page.getByLabel("Find").fill("connected");
  await page.waitForURL(/q=connected/);
  await page.locator("tr[data-kind=gap]").waitFor({ state: "detached" });
  await page.context().close();
  await second.close();
});

test("keyboard alone: a page, a topic found and opened, its messages, a record opened and closed", async () => {
  const page = await stage.page("overview");
  const { keyboard } = page;
  const reach = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let steps = 0; steps < 60 && !(await holds()); steps++) await keyboard.press("Tab");
    assert.ok(await holds());
  };
  const focused = (selector: string) => async () => (await page.locator(`${selector}:focus`).count()) === 1;
  await reach(focused("a[href='/topics']"));
  await keyboard.press("Enter");
  await page.getByRole("link", { name: "orders", exact: true }).waitFor();
  await reach(focused("input[type=search]"));
  await keyboard.type("order");
  await reach(focused("td a"));
  await keyboard.press("Enter");
  await page.waitForSelector("[data-partition='2']");
  await reach(focused("a.button"));
  await keyboard.press("Enter");
  await page.waitForSelector("[data-offset='0']");
  await reach(focused(".record-line"));
  await keyboard.press("Enter");
  await page.waitForSelector(".record-open");
  await keyboard.press("Enter");
  await page.waitForSelector(".record-open", { state: "detached" });
  await page.context().close();
});

test("axe finds nothing on any page, in either theme, and none is wider than a phone", async () => {
  const paths = [
    "overview",
    "topics",
    "topics?topic=orders",
    "messages?topic=orders",
    "messages?topic=spread",
    "groups?group=breakdown-reader",
  ];
  for (const theme of ["dark", "light"] as const) {
    for (const path of [...paths, "brokers?broker=2", "events"]) {
      const page = await stage.page(path, { theme, width: theme === "dark" ? 390 : 1280 });
      await page.locator("h1").waitFor();
      await page.locator(".loading").first().waitFor({ state: "detached" });
      assert.equal(await axe(page), "", `${path} ${theme}`);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0, `${path} is too wide`);
      await page.context().close();
    }
  }
});

test("no page wrote an error to its console", () => {
  assert.deepEqual(stage.faults, []);
});
