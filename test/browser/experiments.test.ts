import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { axe, row, Stage, station } from "./browser.js";

// What loses data on purpose, on real directories: beside a cluster whose data is kept, so only on its scratch cluster.

let stage: Stage;
let page: Page;
let directory = "";

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-kept-"));
  stage = await Stage.open({ dataDir: join(directory, "data") });
  page = await stage.breakdown();
});
after(async () => {
  await stage.close();
  await rm(directory, { recursive: true, force: true });
});

async function post(path: string, body: object): Promise<number> {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(new URL(path, stage.server.url), { method: "POST", headers, body: JSON.stringify(body) });
  return answer.status;
}

async function directoriesOfScratch(): Promise<string[]> {
  const answer = await fetch(new URL("/scratch/api/status", stage.server.url));
  const { processes } = (await answer.json()) as { processes: { dataDir: string }[] };
  return processes.map(({ dataDir }) => dataDir);
}

async function press(name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name }).first().click();
}

test("kept data is not for experiments, on the server either", async () => {
  assert.equal(await page.getByRole("button", { name: "Kill all and wipe" }).isDisabled(), true);
  assert.equal(await post("/api/fault", { verb: "wipe", broker: 1 }), 409);
  assert.equal(await post("/api/experiment/stale", {}), 409);
  assert.equal(await post("/api/experiment/unclean", { topic: "breakdown-stale", partition: 0 }), 409);
  assert.ok(existsSync(join(stage.cluster.broker(1).plan.dataDir, "meta.properties")));
});

test("acks=0: the record is stored, and nobody acknowledges it", async () => {
  await page.getByLabel("acks").selectOption("0");
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await page.getByText("With acks=0 no answer comes").waitFor();
  await page.waitForSelector(row(2));
  assert.equal(await page.locator("[data-journey=acknowledged]").count(), 0);
  await page.getByLabel("acks").selectOption("-1");
});

test("min.insync.replicas is set on the topic, and shown when its event came", async () => {
  await page.getByLabel("min.insync.replicas").selectOption("3");
  await page.getByText("acknowledged with at least 3 in-sync copies").waitFor();
  await page.getByLabel("min.insync.replicas").selectOption("2");
  await page.getByText("acknowledged with at least 2 in-sync copies").waitFor();
});

test("a stale replica that comes first does not lead; an unclean election loses what was acknowledged", async () => {
  await press("Start a scratch cluster");
  await page.waitForURL(/cluster=scratch/);
  await page.waitForSelector("[data-scratch=here]:focus");
  await page.waitForSelector("[data-feed=live]");
  await press("Nobody leads until the other is back");
  await press("Make a topic of two copies");
  await page.waitForSelector("[data-stale='1']");
  // Who goes on by keyboard is on the next step.
  await page.locator("button:focus", { hasText: "Kill broker 2, the follower" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-stale='2']");
  await press("Send another message");
  await page.waitForSelector("[data-stale='3']");
  await page.waitForSelector(row(2, "amber"));
  await press("Kill broker 1, the leader");
  await page.waitForSelector("[data-stale='4']");
  await press("Start broker 2 first");
  await page.waitForSelector("[data-stale='5']");
  await page.locator("[data-stale-outcome]", { hasText: "As predicted: broker 2 runs, its log ends at 1" }).waitFor();
  assert.equal(await page.textContent("[data-fact=leader]"), "none");
  await page.locator("[data-stale]").scrollIntoViewIfNeeded();
  await stage.shot(page, "stale-offline");
  await press("Allow the unclean election");
  await page.waitForSelector("[data-stale='6']");
  await page.waitForSelector(row(3, "red"));
  await page.locator("[data-stale-outcome]", { hasText: /^Lost: broker 2 was elected uncleanly/ }).waitFor();
  await press("Start broker 1, which still has it");
  await page.locator("[data-stale-outcome]", { hasText: "its copy is gone too" }).waitFor();
  await page.waitForSelector(row(5, "red"));
  assert.equal(await axe(page), "");
  await page.locator("[data-stale]").scrollIntoViewIfNeeded();
  await stage.shot(page, "stale-lost");
});

test("without replication a wiped disk loses the record, in red", async () => {
  await page.getByRole("combobox", { name: "topic", exact: true }).selectOption("breakdown-single");
  await page.waitForURL(/breakdown-single/);
  await page.waitForSelector("[data-feed=live]");
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await page.waitForSelector(row(2, "amber"));
  const leader = await page.textContent("[data-fact=leader]");
  await press(`Kill broker ${leader}`);
  await page.waitForSelector(row(3, "red"));
  await press(`Wipe the disk of broker ${leader}`);
  await page.getByText("Lost: every disk that held it was emptied", { exact: true }).waitFor();
  await stage.shot(page, "wiped");
});

test("all killed and wiped at once: the loss is shown in red, and predicted", async () => {
  await page.getByRole("combobox", { name: "topic", exact: true }).selectOption("breakdown");
  await page.waitForURL((url) => !url.search.includes("single"));
  await page.waitForSelector("[data-feed=live]");
  await press("Start all");
  for (const id of [1, 2, 3]) await page.waitForSelector(`[data-lane='${id}'][data-state=running]`);
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await page.waitForSelector(row(2));
  const directories = await directoriesOfScratch();
  for (const each of directories) assert.ok(existsSync(join(each, "breakdown-0")), each);
  await press("It is lost");
  await press("Kill all and wipe");
  await page.waitForSelector("[data-quorum-lost]");
  await page.waitForSelector(row(3, "red"));
  await page.waitForSelector(station(5, "red"));
  await page.locator("[data-verdict=red]", { hasText: "every disk that held it was emptied" }).waitFor();
  for (const each of directories) assert.equal(existsSync(join(each, "breakdown-0")), false, each);
  await stage.shot(page, "all-wiped");
  await press("Start all");
  for (const id of [1, 2, 3]) await page.waitForSelector(`[data-lane='${id}'][data-state=running]`);
  await press("Read it");
  await page.waitForSelector(row(4, "red"));
  await page.locator("[data-all-outcome]", { hasText: "As predicted. The reader got nothing." }).waitFor();
  await page.getByText("it starts again as a new one").waitFor();
  await press("Run again");
  await page.waitForSelector(row(2));
});

test("the scratch cluster is thrown away, and the kept one is untouched", async () => {
  await press("Throw it away");
  await page.waitForURL((url) => !url.search.includes("scratch"));
  await page.waitForSelector("[data-scratch=none]");
  for (const { state } of stage.cluster.brokers) assert.equal(state, "running");
  assert.equal(await post("/scratch/api/fault", { verb: "kill", broker: 1 }), 409);
  await page.context().close();
});

test("what is new is accessible and fits, in either theme", async () => {
  for (const theme of ["dark", "light"] as const) {
    const each = await stage.breakdown({ theme, width: theme === "dark" ? 390 : 1280 });
    assert.equal(await axe(each), "", theme);
    assert.equal(await each.evaluate("document.documentElement.scrollWidth - innerWidth"), 0, theme);
    await each.locator("[data-stale]").scrollIntoViewIfNeeded();
    await stage.shot(each, `experiments-${theme}`);
    await each.context().close();
  }
});

test("no page wrote an error to its console", () => {
  assert.deepEqual(stage.faults, []);
});
