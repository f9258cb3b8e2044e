import { loadavg } from "node:os";
import type { Page } from "playwright-core";
import type { EngineName } from "../src/cluster/engine.js";
import { commitPositions } from "../src/cluster/groups.js";
import { recordPorts } from "../src/cluster/record-ports.js";
import { RecordSender } from "../src/cluster/record-sender.js";
import { createTopic } from "../src/cluster/topics.js";
import { Stage, scriptsOf } from "../test/browser/browser.js";
import { until, untilInSync, withAdmin } from "../test/support/cluster.js";
import { median } from "./statistics.js";

const LOADS = 12;
const TOPICS = 1000;
const PARTITIONS_EACH = 5;
const LONG_TOPIC = 5000;
const GROUPS = 1000;
const TAIL_RATE = 21_000;
const TAIL_SECONDS = 6;
const BIG_BYTES = 20 * 1024 * 1024;

/** What the console costs whoever looks at it, in Chromium, on a real cluster. */
export async function consoleFigures(engine: EngineName): Promise<Record<string, number>> {
  const stage = await Stage.open({ engine });
  try {
    const figures: Record<string, number> = {};
    await withAdmin(stage.cluster, (admin) =>
      createTopic(admin, { name: "busy", partitions: 1, replicationFactor: 3 }, {}, false),
    );
    Object.assign(figures, await liveTail(stage), await bigRecord(stage));
    await fill(stage);
    figures["console: 10,000 partitions found and scrolled, longest freeze"] = await freezeOf(stage, "topics", "t-77");
    figures["console: a topic of 5,000 partitions scrolled, longest freeze"] = await freezeOf(
      stage,
      "topics?topic=long",
      null,
    );
    figures["console: 1,000 groups found and scrolled, longest freeze"] = await freezeOf(stage, "groups", "group-77");
    return figures;
  } finally {
    await stage.close();
  }
}

/**
 * What a browser without anything of the page kept sees first: `first-contentful-paint`, thus text and not an empty background; each
 * load in a context of its own. The same for a page of lists.
 */
export async function paintFigures(engine: EngineName): Promise<Record<string, number>> {
  const stage = await Stage.open({ engine });
  try {
    return await firstPaints(stage);
  } finally {
    await stage.close();
  }
}

async function firstPaints(stage: Stage): Promise<Record<string, number>> {
  const first: number[] = [];
  const list: number[] = [];
  const ready: number[] = [];
  let bytes = 0;
  for (let load = 0; load < LOADS; load++) {
    const page = await stage.breakdown();
    first.push(await contentfulPaint(page));
    await page.getByRole("button", { name: "Run", exact: true }).first().waitFor();
    ready.push(await page.evaluate<number>("performance.now()"));
    bytes = (await scriptsOf(page)).reduce((sum, each) => sum + each.bytes, 0);
    await page.context().close();
    const topics = await stage.page("topics");
    list.push(await contentfulPaint(topics));
    await topics.context().close();
  }
  process.stderr.write(
    `  first contentful paints, ms: ${first.map(Math.round).join(" ")}; load average ${loadavg()[0].toFixed(1)}\n`,
  );
  return {
    "console: first contentful paint of the Breakdown page": median(first),
    "console: the slowest of them": Math.max(...first),
    "console: first contentful paint of Topics": median(list),
    "console: the Breakdown page is live": median(ready),
    "console: JavaScript of the Breakdown page, gzipped": bytes / 1000,
  };
}

/** ms since the browser began to ask for the page. */
function contentfulPaint(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const paint = list.getEntriesByName("first-contentful-paint")[0];
      if (paint !== undefined) resolve(paint.startTime);
    }).observe({ type: "paint", buffered: true });
  })`);
}

async function fill(stage: Stage): Promise<void> {
  await withAdmin(stage.cluster, async (admin) => {
    for (let topic = 0; topic < TOPICS; topic++)
      await createTopic(admin, { name: `t-${topic}`, partitions: PARTITIONS_EACH, replicationFactor: 1 }, {}, false);
    await createTopic(admin, { name: "long", partitions: LONG_TOPIC, replicationFactor: 1 }, {}, false);
    for (let group = 0; group < GROUPS; group++)
      await until("positions are taken", 30_000, async () => {
        await commitPositions(admin, `group-${group}`, [{ topic: "busy", partition: 0, before: null, after: 0 }]);
        return true;
      });
  });
}

/** The longest time between two frames while a list is searched and scrolled, ms. */
async function freezeOf(stage: Stage, path: string, find: string | null): Promise<number> {
  const page = await stage.page(path);
  await page.locator("section[aria-label] tbody tr").first().waitFor();
  await watchFrames(page);
  if (find !== null) {
    await page.getByRole("searchbox").pressSequentially(find, { delay: 60 });
    await page.getByRole("link", { name: find, exact: true }).waitFor();
    await page.getByRole("searchbox").fill("");
  }
  const section = page.locator("section.tall").first();
  await section.hover();
  for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, 2000);
  // Two of the page's own questions fall into it.
  await page.waitForTimeout(8000);
  const longest = await longestFrame(page);
  await page.context().close();
  return longest;
}

/** A partition into which 20,000 records go each second, followed live. */
async function liveTail(stage: Stage): Promise<Record<string, number>> {
  await untilInSync(stage.cluster, "busy");
  const page = await stage.page("messages?topic=busy");
  await page.getByRole("button", { name: "Live tail" }).click();
  const ports = await recordPorts();
  let sent = 0;
  await watchFrames(page);
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, "busy", ports, 0);
    await sender.open();
    const record = { key: null, value: new Uint8Array(100).fill(97) };
    const begin = performance.now();
    while (performance.now() - begin < TAIL_SECONDS * 1000) {
      const due = Math.floor(((performance.now() - begin) / 1000) * TAIL_RATE) - sent;
      if (due > 0) await sender.sendTo(0, new Array<typeof record>(due).fill(record));
      sent += Math.max(0, due);
      await page.waitForTimeout(5);
    }
  });
  const longest = await longestFrame(page);
  const seen = async (): Promise<number> => {
    const text = (await page.locator(".read-line [role=status]").textContent()) ?? "";
    return Number((/Live: ([\d,]+) seen/.exec(text)?.[1] ?? "0").replaceAll(",", ""));
  };
  await until("all records are seen or counted as left out", 20_000, async () => (await seen()) >= sent);
  const counted = await seen();
  await page.context().close();
  return {
    "console: live tail of 20,000 records/s, longest freeze": longest,
    "console: records/s that went into the tail": sent / TAIL_SECONDS,
    "console: seen or counted as left out, of those sent": (counted / sent) * 100,
  };
}

async function bigRecord(stage: Stage): Promise<Record<string, number>> {
  await withAdmin(stage.cluster, async (admin) => {
    const configs = { "max.message.bytes": String(BIG_BYTES + 1024 * 1024) };
    await createTopic(admin, { name: "big", partitions: 1, replicationFactor: 3 }, configs, false);
    const sender = new RecordSender(admin, "big", await recordPorts(), 0);
    await sender.open();
    await sender.sendTo(0, [{ key: null, value: new Uint8Array(BIG_BYTES).fill(97) }]);
  });
  const page = await stage.page("messages?topic=big");
  await page.locator("[data-offset='0'] button").first().click();
  const begin = performance.now();
  await page.getByRole("button", { name: /^Show all/ }).click();
  await page.getByRole("region", { name: "The value as text" }).waitFor();
  const ms = performance.now() - begin;
  await page.context().close();
  return { "console: a record of 20 MB opens": ms };
}

async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`{
    let last = performance.now();
    globalThis.longestFrame = 0;
    const onFrame = (now) => {
      globalThis.longestFrame = Math.max(globalThis.longestFrame, now - last);
      last = now;
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
  }`);
}

function longestFrame(page: Page): Promise<number> {
  return page.evaluate<number>("globalThis.longestFrame");
}
