import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { kafkaJars, outcome } from "../../src/cluster/engines/kafka.js";
import { messageOf } from "../../src/cluster/failure.js";
import { type ConsoleServer, serveConsoleOf } from "../../src/console/server/serve.js";
import { untilInSync } from "../support/cluster.js";
import { chooseKafkaJvm } from "../support/kafka-jvm.js";
import { lanes, row, Stage, station } from "./browser.js";

// The console of Apache Kafka's own processes, which tell no events: once as their supervisor, and once from outside, by the protocol
// alone.

const missing = await whatIsMissing();
let stage: Stage;
let outside: ConsoleServer;

before(async () => {
  if (missing !== null) return;
  await chooseKafkaJvm();
  // Fifty partitions of positions would be elected, loaded and synchronised anew at each failure.
  stage = await Stage.open({ engine: "kafka", properties: { "offsets.topic.num.partitions": "3" } });
  outside = await serveConsoleOf(stage.cluster.bootstrapServers, { host: "127.0.0.1", port: 0 });
});
after(async () => {
  await outside?.close();
  await stage?.close();
});

/** In CI nothing may be missing. */
async function whatIsMissing(): Promise<string | null> {
  if (process.env.CI === "true") return null;
  if ((await outcome("java", ["-version"])).code !== 0) return "Java is not on the PATH";
  return kafkaJars().then(() => null, messageOf);
}

test("the story on Apache Kafka, from within and from outside", { skip: missing ?? false }, async () => {
  const page = patient(await stage.breakdown());
  await page.getByText("This cluster has no event feed").waitFor();
  await send(page);
  const other = patient(await stage.breakdown({ server: outside }));
  await send(other);
  const leader = Number(await other.textContent("[data-fact=leader]"));

  assert.equal(
    await lanes(other)
      .getByRole("button", { name: `Kill broker ${leader}`, exact: true })
      .count(),
    0,
  );
  await lanes(page)
    .getByRole("button", { name: `Kill broker ${leader}`, exact: true })
    .click();
  for (const each of [page, other]) {
    await each.waitForSelector(row(3));
    await each.waitForSelector(station(5));
  }
  assert.match(await evidence(page, 3), new RegExp(`Broker${leader}, .*SIGKILL`));
  assert.match(await evidence(other, 3), new RegExp(`Broker${leader}, fenced`));

  for (const each of [page, other]) {
    await each.getByRole("button", { name: "Read it" }).click();
    await each.waitForSelector(row(4));
    await each.waitForSelector(station(7));
    await each.getByRole("button", { name: "Read from each" }).click();
    await each.waitForSelector("[data-copies]");
    assert.equal(await each.locator("[data-copies] .good").count(), 2);
  }
  await stage.shot(page, "kafka-failure");

  await lanes(page)
    .getByRole("button", { name: `Start broker ${leader}`, exact: true })
    .click();
  for (const each of [page, other]) await each.waitForSelector(row(5));
  await untilInSync(stage.cluster, "breakdown");
  for (const each of [page, other])
    assert.equal(await each.locator("[data-tracked='Final']").textContent(), "Delivered");
  await other.getByRole("button", { name: "Show the evidence of step 5" }).click();
  await other.getByText(`Broker ${leader} caught up`).waitFor();
  await stage.shot(other, "kafka-whole");
  await operations(other);
  assert.deepEqual(stage.faults, []);
});

test("on Apache Kafka too a stale replica does not lead, and an unclean election loses", {
  skip: missing ?? false,
}, async () => {
  const page = patient(await stage.breakdown());
  const press = (name: string | RegExp) => page.getByRole("button", { name }).first().click();
  await press("Nobody leads until the other is back");
  await press("Make a topic of two copies");
  await page.waitForSelector("[data-stale='1']");
  await press("Kill broker 2, the follower");
  await page.waitForSelector("[data-stale='2']");
  await press("Send another message");
  await page.waitForSelector("[data-stale='3']");
  await press("Kill broker 1, the leader");
  await page.waitForSelector("[data-stale='4']");
  await press("Start broker 2 first");
  await page.locator("[data-stale-outcome]", { hasText: "As predicted: broker 2 runs, its log ends at 1" }).waitFor();
  await press("Allow the unclean election");
  await page.locator("[data-stale-outcome]", { hasText: /^Lost: broker 2 was elected uncleanly/ }).waitFor();
  await page.waitForSelector(row(3, "red"));
  assert.deepEqual(stage.faults, []);
});

test("a scratch cluster of Apache Kafka: all its disks emptied at once, lost, and it starts again as a new one", {
  skip: missing ?? false,
}, async () => {
  await scratch(true);
  const page = patient(await stage.page("?cluster=scratch"));
  await page.waitForSelector("[data-scratch=here]");
  await page.waitForSelector("[data-feed=live]");
  await send(page);
  const answer = await fetch(new URL("/scratch/api/status", stage.server.url));
  const { processes } = (await answer.json()) as { processes: { dataDir: string }[] };
  for (const { dataDir } of processes) assert.ok(existsSync(join(dataDir, "breakdown-0")), dataDir);
  await page.getByRole("button", { name: "It is lost" }).first().click();
  await page.getByRole("button", { name: "Kill all and wipe" }).click();
  await page.waitForSelector("[data-quorum-lost]");
  await page.waitForSelector(row(3, "red"));
  await page.waitForSelector(station(5, "red"));
  for (const { dataDir } of processes) assert.equal(existsSync(join(dataDir, "breakdown-0")), false, dataDir);
  await page.getByRole("button", { name: "Start all" }).click();
  for (const id of [1, 2, 3]) await page.waitForSelector(`[data-lane='${id}'][data-state=running]`);
  await page.getByRole("button", { name: "Read it" }).click();
  await page.waitForSelector(row(4, "red"));
  await page.locator("[data-all-outcome]", { hasText: "As predicted. The reader got nothing." }).waitFor();
  await send(page);
  await stage.shot(page, "kafka-scratch");
  await scratch(false);
  for (const { dataDir } of processes) assert.equal(existsSync(dataDir), false, dataDir);
  assert.deepEqual(stage.faults, []);
});

async function scratch(on: boolean): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ on });
  const answer = await fetch(new URL("/api/scratch", stage.server.url), { method: "POST", headers, body });
  assert.equal(answer.status, 200, await answer.text());
}

/** The pages for operators, of a cluster that is known by its protocol only: what each shows of what was done above. */
async function operations(page: Page): Promise<void> {
  const open = (name: string) => page.getByRole("link", { name, exact: true }).click();
  await open("Overview");
  await page.getByText(/All 3 brokers are up/).waitFor();
  await open("Topics");
  await page.getByRole("link", { name: "breakdown", exact: true }).click();
  await page.waitForSelector("[data-partition='0']");
  await page.getByRole("link", { name: "Messages" }).last().click();
  await page.locator(".record .value", { hasText: "Hello, survive this." }).first().waitFor();
  await page.goto(new URL("/messages?topic=__consumer_offsets", page.url()).href);
  await page.getByText(/the 3 partitions hold [1-9][0-9]* offsets/).waitFor();
  await page.locator(".record[data-partition]").first().waitFor();
  await open("Groups");
  await page.locator("tr", { hasText: "breakdown-reader" }).locator("[data-lag]").waitFor();
  await page.getByRole("link", { name: "breakdown-reader" }).click();
  await page.locator("[data-lag]").first().waitFor();
  await open("Brokers");
  await page.waitForSelector("[data-broker='3']");
  await page.getByText(stage.cluster.broker(3).plan.dataDir).waitFor();
  await page.locator("[data-broker='3'] [data-software]", { hasText: "Software not told" }).waitFor();
  await page
    .getByText(/and not whose software it is; .* metadata\.version up to 4\.3-IV0/)
    .first()
    .waitFor();
  await open("Events");
  await page.locator("tr[data-kind=fenced]").first().waitFor();
  await page.locator("tr[data-kind=unfenced]").first().waitFor();
}

/** A JVM takes its time where other things run beside it. */
function patient(page: Page): Page {
  page.setDefaultTimeout(120_000);
  return page;
}

async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Run/ }).first().click();
  await page.waitForSelector(row(2));
  for (const number of [1, 2, 3]) await page.waitForSelector(station(number));
}

async function evidence(page: Page, step: number): Promise<string> {
  await page.getByRole("button", { name: `Show the evidence of step ${step}` }).click();
  return (await page.locator("tr.evidence-row").last().textContent()) ?? "";
}
