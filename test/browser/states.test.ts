import assert from "node:assert/strict";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { recordPorts } from "../../src/cluster/record-ports.js";
import { serveConsole } from "../../src/console/server/serve.js";
import { computeCrc } from "../../src/protocol/records/batch.js";
import { untilInSync } from "../support/cluster.js";
import { lanes, row, Stage, station } from "./browser.js";

// What is amber or red on the Breakdown page and is not part of its story: each state is provoked on the real cluster.

let stage: Stage;
let page: Page;

before(async () => {
  stage = await Stage.open();
  page = await stage.breakdown();
});
after(() => stage.close());

/** Of the lanes: the name of the broker belongs to it. */
async function press(name: string): Promise<void> {
  await lanes(page).getByRole("button", { name, exact: true }).click();
}

async function run(message: string): Promise<number> {
  await page.getByLabel("message").fill(message);
  await page.locator("section[aria-label=Producer] > .primary").click();
  await page.waitForSelector(row(1));
  return Number(await page.textContent("[data-fact=leader]"));
}

function logOf(broker: number, topic: string): string {
  return join(stage.cluster.broker(broker).plan.dataDir, `${topic}-0`, "00000000000000000000.log");
}

/** Writes another letter over the first of `text` in a replica's file; `forges`: with a CRC of the batch that agrees. */
async function damage(path: string, text: string, forges: boolean): Promise<void> {
  const bytes = new Uint8Array(await readFile(path));
  const at = Buffer.from(bytes).lastIndexOf(text);
  assert.ok(at > 0, `${text} is not in ${path}`);
  bytes[at]++;
  if (forges) {
    const { digest } = await recordPorts();
    new DataView(bytes.buffer).setUint32(17, computeCrc(digest, bytes, 0));
  }
  const file = await open(path, "r+");
  await file.write(bytes);
  await file.close();
}

test("a byte that went bad in a replica's file is found and fetched anew: it is served by nobody", async () => {
  const leader = await run("bad byte");
  await page.waitForSelector(row(2));
  await untilInSync(stage.cluster, "breakdown");
  const follower = leader === 1 ? 2 : 1;
  await damage(logOf(follower, "breakdown"), "bad byte", false);
  const { pid } = stage.cluster.broker(follower);
  await press(`Restart broker ${follower}`);
  await page.locator(`[data-lane='${follower}'][data-state=running]`, { hasNotText: `kill -9 ${pid}` }).waitFor();
  await untilInSync(stage.cluster, "breakdown");
  await page.getByRole("button", { name: "Read from each" }).click();
  await page.locator("[data-copies] .good").nth(2).waitFor();
  assert.ok((await readFile(logOf(follower, "breakdown"))).includes("bad byte"));
});

test("too few replicas in sync: refused in amber, given up in red, and nothing typed is lost", async () => {
  await page.getByLabel("min.insync.replicas").selectOption("3");
  await page.getByText("acknowledged with at least 3 in-sync copies").waitFor();
  const leader = Number(await page.textContent("[data-fact=leader]"));
  const follower = leader === 1 ? 2 : 1;
  await press(`Kill broker ${follower}`);
  await page.locator("[data-fact=isr]", { hasNotText: String(follower) }).waitFor();
  await run("refused");
  await page.waitForSelector(row(2, "amber"));
  await page.waitForSelector(row(2, "red"));
  await page.waitForSelector(station(3, "red"));
  await page.waitForSelector("[data-tracked='After step 2'].is-red");
  await page.waitForSelector("[data-tracked-brokers='After step 2'].is-red");
  const producer = page.getByRole("region", { name: "Producer" });
  await producer
    .getByRole("alert")
    .getByText(/NOT_ENOUGH_REPLICAS/)
    .waitFor();
  assert.equal(await page.getByLabel("message").inputValue(), "refused");
  await stage.shot(page, "refused");
  await press(`Start broker ${follower}`);
  await page.getByLabel("min.insync.replicas").selectOption("1");
  await untilInSync(stage.cluster, "breakdown");
});

test("a paused broker is shown as paused and goes on", async () => {
  const leader = Number(await page.textContent("[data-fact=leader]"));
  const follower = leader === 1 ? 2 : 1;
  await run("paused");
  await page.waitForSelector(row(2));
  await press(`Pause broker ${follower}`);
  await page.waitForSelector(`[data-lane='${follower}'][data-state=paused].is-down`);
  await page.waitForSelector(row(3));
  await press(`Go on broker ${follower}`);
  await page.waitForSelector(`[data-lane='${follower}'][data-state=running].is-up`);
});

test("other bytes than were sent, under a CRC that agrees with them, are red: the page compares with what it sent", async () => {
  await page.getByRole("combobox", { name: "topic", exact: true }).selectOption("breakdown-single");
  await page.waitForURL(/breakdown-single/);
  await page.waitForSelector("[data-feed=live]");
  await run("forged");
  await page.waitForSelector(row(2, "amber"));
  const leader = Number(await page.textContent("[data-fact=leader]"));
  await damage(logOf(leader, "breakdown-single"), "forged", true);
  await press(`Restart broker ${leader}`);
  await page.waitForSelector(row(5));
  await page.getByRole("button", { name: "Read it" }).click();
  await page.waitForSelector(row(4, "red"));
  await page.waitForSelector(station(6, "red"));
  await page.waitForSelector("[data-tracked='After step 4'].is-red");
  await page.getByRole("button", { name: "Show the evidence of step 4" }).click();
  await page.locator(".evidence dd", { hasText: "NOT what was sent" }).waitFor();
  await page.getByRole("button", { name: "Read from each" }).click();
  await page.locator("[data-copies] .bad", { hasText: "other bytes" }).waitFor();
  await stage.shot(page, "forged");
});

test("a read-only console shows what happens, with nothing to send or to break", async () => {
  const readOnly = await serveConsole(stage.cluster, "127.0.0.1", 0, { readOnly: true });
  const watching = await stage.breakdown({ server: readOnly });
  await watching.waitForSelector("[data-read-only]");
  assert.ok(await watching.getByRole("button", { name: "Run", exact: true }).first().isDisabled());
  await watching.getByText("No fault buttons: This console is read-only.").waitFor();
  assert.equal(await lanes(watching).getByRole("button", { name: /^Kill/ }).count(), 0);
  await watching.context().close();
  await readOnly.close();
});

test("slow motion delays only the display and says so; reduced motion shows everything at once", async () => {
  const moving = await stage.breakdown({ still: false });
  await moving.getByRole("button", { name: "Run", exact: true }).first().click();
  await moving.getByText(/\d ms, shown 500× slower/).waitFor();
  await moving.context().close();
  const still = await stage.breakdown();
  await still.evaluate(
    "new MutationObserver(() => { if (document.querySelector('.slowed')) window.slowed = true; }).observe(document.body, { childList: true, subtree: true })",
  );
  await still.getByRole("button", { name: "Run", exact: true }).first().click();
  await still.waitForSelector(row(2));
  assert.equal(await still.evaluate("window.slowed"), undefined);
  await still.context().close();
});

test("no page wrote an error to its console", () => {
  assert.deepEqual(stage.faults, []);
});
