import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { describeTopics } from "../../src/cluster/topics.js";
import { serveConsole } from "../../src/console/server/serve.js";
import { leaderOf, untilInSync, withAdmin } from "../support/cluster.js";
import { kafkaTool } from "../support/java.js";
import { axe, lanes, row, Stage, station } from "./browser.js";

// The story of the Breakdown page on real processes. Nothing here waits for a time: it waits for what the page shows.

let stage: Stage;
let page: Page;

before(async () => {
  stage = await Stage.open();
  page = await stage.breakdown();
});
after(() => stage.close());

async function fact(name: string): Promise<string> {
  return (await page.textContent(`[data-fact=${name}]`)) ?? "";
}

test("Run: the record is parsed, copied and committed, as events tell", async () => {
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await page.waitForSelector(row(2));
  for (const number of [1, 2, 3]) await page.waitForSelector(station(number));
  assert.equal(await page.locator(station(4, "dark")).count(), 1);
  await page.getByRole("button", { name: "Show the evidence of step 1" }).click();
  const evidence = (await page.locator(".evidence").first().textContent()) ?? "";
  assert.match(evidence, /Connection\s*\d+/);
  assert.match(evidence, /Correlation id\s*\d+/);
  assert.match(evidence, /acks\s*all/);
  for (const mark of ["validated", "acknowledged"]) await page.waitForSelector(`[data-journey=${mark}]`);
  await page.waitForSelector("[data-journey=committed]");
  assert.match((await page.textContent("[data-verdict]")) ?? "", /any one broker/);
});

test("what the page says is what the protocol says", async () => {
  await untilInSync(stage.cluster, "breakdown");
  const [topic] = await withAdmin(stage.cluster, (admin) => describeTopics(admin, ["breakdown"]));
  const [partition] = topic.partitions;
  assert.equal(await fact("leader"), String(partition.leader));
  assert.equal(await fact("epoch"), String(partition.leaderEpoch));
  assert.equal(await fact("isr"), [...partition.isr].sort().join(", "));
  assert.equal(await fact("hw"), "1");
  for (const id of [1, 2, 3]) assert.equal(await page.textContent(`[data-end='${id}']`), "1");
});

test("kill -9 from a shell fills row 3; the survivors serve the record; the dead one comes back", async () => {
  const leader = await leaderOf(stage.cluster, "breakdown");
  const shown = await page.locator(`[data-lane='${leader}'] code`).textContent();
  assert.equal(shown, `kill -9 ${stage.cluster.broker(leader).pid}`);
  process.kill(stage.cluster.broker(leader).pid as number, "SIGKILL");
  await page.waitForSelector(row(3));
  await page.waitForSelector(station(5));
  await page.getByRole("button", { name: "Show the evidence of step 3" }).click();
  const evidence = page.locator("tr.evidence-row", { hasText: "Without a leader" });
  assert.match((await evidence.textContent()) ?? "", new RegExp(`${leader}, SIGKILL`));
  assert.notEqual(await fact("leader"), String(leader));

  await page.getByRole("button", { name: "Read it" }).click();
  await page.waitForSelector(row(4));
  await page.waitForSelector(station(7));
  await page.getByRole("button", { name: "Show the evidence of step 4" }).click();
  await page.getByText("equal to what was sent").first().waitFor();

  await page.getByRole("button", { name: "Read from each" }).click();
  await page.waitForSelector("[data-copies]");
  assert.equal(await page.locator("[data-copies] .good").count(), 2);
  await stage.shot(page, "breakdown-failure");

  await lanes(page)
    .getByRole("button", { name: `Start broker ${leader}`, exact: true })
    .click();
  await page.waitForSelector(row(5));
  await untilInSync(stage.cluster, "breakdown");
  const tracked = await page.locator("[data-tracked='Final']").textContent();
  assert.equal(tracked, "Delivered");
  await page.getByRole("button", { name: "Show the evidence of step 5" }).click();
  const back = page.locator("tr.evidence-row", { hasText: `Broker ${leader} caught up` });
  assert.match((await back.textContent()) ?? "", /nothing was cut.* to 1, [\d.]+ ms after its process began/);
  await stage.shot(page, "breakdown-whole");
});

test("the timeline shows the past and changes nothing; LIVE brings back", async () => {
  await page.getByRole("button", { name: "One event back" }).click();
  await page.getByRole("button", { name: /In the past/ }).waitFor();
  await page.getByRole("slider").fill("0");
  await page.waitForSelector(row(5, "dark"));
  await page.getByRole("button", { name: "LIVE", exact: true }).click();
  await page.waitForSelector(row(5));
});

test("a run is saved, opened again, and refused when it is damaged", async () => {
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save this run" }).click();
  const path = join(tmpdir(), "run.json");
  await (await saving).saveAs(path);
  const other = await stage.page();
  await other.getByRole("button", { name: /Open a run/ }).waitFor();
  await other.getByLabel("A saved run").setInputFiles(path);
  await other.waitForSelector(row(5));
  await other.getByRole("button", { name: /back to LIVE/ }).waitFor();
  const damaged = join(tmpdir(), "damaged.json");
  await writeFile(damaged, (await readFile(path, "utf8")).replace('"events":[', '"events":[{"seq":"x"},'));
  await other.getByLabel("A saved run").setInputFiles(damaged);
  await other.getByText("This saved run is damaged").waitFor();
  await other.context().close();
});

test("the quiz is graded by the page's table, and its hint shows the row", async () => {
  const first = page.locator("[data-question='1']");
  await first.getByRole("button", { name: "All brokers up" }).click();
  await first.getByText(/Not quite/).waitFor();
  await first.getByRole("button", { name: "One broker down" }).click();
  await first.getByText(/^Right/).waitFor();
  await first.getByRole("link", { name: "Hint" }).click();
  await page.waitForSelector("tr.is-highlighted[data-row='3']");
});

test("predictions stand beside the buttons that send, kill and read, and are graded by the next event", async () => {
  assert.equal(await page.locator("[data-guess]").count(), 0);
  await page.getByRole("button", { name: "Predict first" }).first().click();
  await page.waitForURL(/predict=on/);
  const guess = (kind: string, name: string) =>
    page.locator(`[data-guess=${kind}]`).getByRole("button", { name, exact: true }).click();
  const end = await fact("hw");
  await guess("offset", end);
  await page.locator("[data-guess=offset]").getByText("Now press Run.").waitFor();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.locator("[data-guess=offset]").getByText(`Right. It is at offset ${end}`).waitFor();
  const leader = await fact("leader");
  await guess("leader", "Nobody");
  await page.getByText(`Now kill broker ${leader}.`).waitFor();
  await lanes(page)
    .getByRole("button", { name: `Kill broker ${leader}`, exact: true })
    .click();
  await page
    .locator("[data-guess=leader]")
    .getByText(/Not quite. Broker \d leads in epoch \d+; in sync:/)
    .waitFor();
  await guess("read", "Yes, the same bytes");
  await page.getByRole("button", { name: "Read it" }).click();
  await page
    .locator("[data-guess=read]")
    .getByText(/Right. Broker \d served offset \d+, below high watermark/)
    .waitFor();
  assert.match((await page.textContent("[data-score]")) ?? "", /2 of 3 predictions were right/);
  await lanes(page)
    .getByRole("button", { name: `Start broker ${leader}`, exact: true })
    .click();
  await page.waitForSelector(row(5));
  await untilInSync(stage.cluster, "breakdown");
  await page.getByRole("button", { name: "Predict first" }).first().click();
});

test("without replication: one copy in amber, unavailable in red while its broker is down, and back with it", async () => {
  await page.getByRole("combobox", { name: "topic", exact: true }).selectOption("breakdown-single");
  await page.waitForURL(/breakdown-single/);
  await page.waitForSelector("[data-feed=live]");
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await page.waitForSelector(row(2, "amber"));
  await page.waitForSelector("[data-tracked='After step 2'].is-amber");
  await page.locator("[data-verdict=amber]", { hasText: "One copy, on broker" }).waitFor();
  const leader = Number(await fact("leader"));
  await lanes(page)
    .getByRole("button", { name: `Kill broker ${leader}`, exact: true })
    .click();
  await page.waitForSelector(row(3, "red"));
  await page.waitForSelector(station(5, "red"));
  await lanes(page).getByText("The partition is offline: no replica that may lead is running.").waitFor();
  await page.locator("[data-gap]", { hasText: "No leader yet: writes are stopped." }).waitFor();
  await page.getByRole("button", { name: "Read it" }).click();
  await page.waitForSelector(row(4, "red"));
  await page.waitForSelector(station(6, "red"));
  await lanes(page)
    .getByRole("button", { name: `Start broker ${leader}`, exact: true })
    .click();
  await page.waitForSelector(row(5));
  await page.getByRole("button", { name: "Read it" }).click();
  await page.waitForSelector(row(4));
  await page.waitForSelector(station(6));
});

test("two of three killed: no quorum, and reads; all killed at once: the record returns with the brokers", async () => {
  const own = await stage.breakdown();
  await own.getByRole("button", { name: "Run", exact: true }).first().click();
  await own.waitForSelector(row(2));
  const leader = await own.textContent("[data-fact=leader]");
  for (const id of ["1", "2", "3"].filter((each) => each !== leader)) {
    await lanes(own)
      .getByRole("button", { name: `Kill broker ${id}`, exact: true })
      .click();
  }
  await own.locator("[data-quorum-lost]", { hasText: "can still be read from a survivor" }).waitFor();
  await own.getByRole("button", { name: "Read from each" }).click();
  await own.locator("[data-copies] .good").waitFor();
  await own.getByRole("button", { name: "It returns with the brokers" }).click();
  await own.getByRole("button", { name: "Kill all", exact: true }).click();
  await own.locator("[data-quorum-lost]", { hasText: "None is left to read from" }).waitFor();
  await own.getByRole("button", { name: "Start all" }).click();
  await untilInSync(stage.cluster, "breakdown");
  await own.getByRole("button", { name: "Read it" }).click();
  await own.waitForSelector(row(4));
  await own.getByText("As predicted.").waitFor();
  await own.context().close();
});

test("with the feed blocked Run lights nothing, and the page says so", async () => {
  const blocked = await stage.page();
  await blocked.waitForSelector("[data-feed=live]");
  await blocked.route("**/api/events*", (route) => route.abort());
  await blocked.reload();
  await blocked.getByText("The event feed is lost.").waitFor();
  await blocked.getByRole("button", { name: "Run", exact: true }).first().click();
  await blocked.getByText(/The producer got offset \d+\. The event feed is lost/).waitFor();
  assert.equal(await blocked.locator("[data-light=dark][data-row]").count(), 5);
  assert.equal(await blocked.locator("[data-light=dark][data-station]").count(), 7);
  await blocked.context().close();
});

test("keyboard alone: send, kill, restart, read, help; no key acts inside a field", async () => {
  const keys = await stage.breakdown();
  await keys.keyboard.press("s");
  await keys.waitForSelector(row(2));
  const leader = await keys.textContent("[data-fact=leader]");
  await keys.keyboard.press(leader as string);
  await keys.waitForSelector(`[data-lane='${leader}'].is-selected`);
  await keys.keyboard.press("k");
  await keys.waitForSelector(row(3));
  await keys.getByRole("button", { name: "Read it" }).focus();
  await keys.keyboard.press("Enter");
  await keys.waitForSelector(row(4));
  await keys.keyboard.press("r");
  await keys.waitForSelector(row(5));
  await keys.keyboard.press("[");
  await keys.getByRole("button", { name: /In the past/ }).waitFor();
  await keys.keyboard.press("]");
  await keys.keyboard.press("]");
  await keys.waitForSelector("[data-feed=live]");
  await keys.keyboard.press("p");
  await keys.getByRole("button", { name: "Go on", exact: true }).waitFor();
  await keys.keyboard.press("p");
  await keys.getByRole("button", { name: "Pause display" }).waitFor();
  await keys.keyboard.press("?");
  await keys.getByRole("dialog", { name: "Keys" }).waitFor();
  await keys.keyboard.press("Escape");
  const field = keys.getByLabel("message");
  await field.fill("");
  await field.pressSequentially("sk1r");
  assert.equal(await field.inputValue(), "sk1r");
  assert.equal(await keys.locator(row(5)).count(), 1);
  await keys.getByLabel("Single-letter keys").uncheck();
  await keys.getByLabel("Single-letter keys").blur();
  await keys.keyboard.press("?");
  assert.equal(await keys.getByRole("dialog").count(), 0);
  await keys.context().close();
});

test("axe finds nothing, in either theme, at 1280 and at 390 pixels", async () => {
  for (const theme of ["dark", "light"] as const) {
    for (const width of [1280, 390]) {
      const each = await stage.breakdown({ theme, width });
      await each.getByRole("button", { name: "Run", exact: true }).first().click();
      await each.waitForSelector(row(2));
      // The run is over: nothing is about to change its colours.
      await each.waitForSelector("section[aria-label='Producer'] > .primary:not(:disabled)");
      await each.getByRole("button", { name: "Predict first" }).first().click();
      await each.locator("[data-guess=offset] button").first().click();
      await each.getByRole("button", { name: "Show the evidence of step 2" }).click();
      assert.equal(await axe(each), "", `${theme} ${width}`);
      const wide = await each.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.equal(wide, 0, `${theme} ${width}: the page is wider than its window`);
      await stage.shot(each, `breakdown-${theme}-${width}`);
      await each.context().close();
    }
  }
});

test("Apache Kafka's own reader finds the record in the directory of every replica that the page names", async () => {
  const own = await stage.breakdown();
  await own.getByLabel("message").fill("found by DumpLogSegments");
  await own.getByRole("button", { name: "Run", exact: true }).first().click();
  await own.waitForSelector(row(2));
  await untilInSync(stage.cluster, "breakdown");
  const offset = Number(await own.textContent("[data-fact=hw]")) - 1;
  const named = ((await own.locator("tr[data-row='2']").textContent()) ?? "").match(/Stored on brokers ([\d, and]+)/);
  const replicas = (named?.[1] ?? "").match(/\d+/g) ?? [];
  assert.ok(replicas.length >= 2);
  const folders = replicas.map((id) => join(stage.cluster.broker(Number(id)).plan.dataDir, "breakdown-0"));
  const files = folders.map((folder) => join(folder, "00000000000000000000.log"));
  const text = await kafkaTool("org.apache.kafka.tools.DumpLogSegments", [
    "--files",
    files.join(","),
    "--print-data-log",
  ]);
  const found = text
    .split("\n")
    .filter((line) => line.includes(`offset: ${offset} `) && line.includes("found by Dump"));
  assert.equal(found.length, replicas.length, text);
  await own.context().close();
});

test("a follower that is cut off leaves the ISR and comes back; a slow disk is named", async () => {
  const own = await stage.breakdown();
  const leader = Number(await own.textContent("[data-fact=leader]"));
  const follower = leader === 1 ? 2 : 1;
  const lane = own.locator(`[data-lane='${follower}']`);
  await lanes(own)
    .getByRole("button", { name: `Slow disk of broker ${follower}`, exact: true })
    .click();
  await lane.getByText("slow disk", { exact: true }).waitFor();
  await own.getByRole("button", { name: `Heal broker ${follower}` }).click();
  await lane.getByText("slow disk", { exact: true }).waitFor({ state: "detached" });
  await lanes(own)
    .getByRole("button", { name: `Partition broker ${follower}`, exact: true })
    .click();
  await lane.getByText("cut off", { exact: true }).waitFor();
  await lane.getByText("out of sync").first().waitFor();
  await own.getByRole("button", { name: `Heal broker ${follower}` }).click();
  await lane.getByText("follower", { exact: true }).first().waitFor();
  await own.context().close();
});

test("the console's server is lost, which the page says, and found again when it is back", async () => {
  const first = await serveConsole(stage.cluster, "127.0.0.1", 0);
  const lost = await stage.breakdown({ server: first });
  await first.close();
  await lost.getByText("The event feed is lost.").waitFor();
  const second = await serveConsole(stage.cluster, "127.0.0.1", Number(new URL(first.url).port));
  await lost.waitForSelector("[data-feed=live]");
  await lost.context().close();
  await second.close();
});

test("no page wrote an error to its console", () => {
  assert.deepEqual(stage.faults, []);
});
