#!/usr/bin/env node
// Takes the README's screenshots from a real cluster of this very build: `node scripts/run.mjs build && node scripts/screenshots.mjs`.
// Needs Chromium, as the browser tests do.
import { join } from "node:path";
import { root } from "./build.mjs";

const dist = join(root, "dist");
const { Stage, row, station } = await import(join(dist, "test/browser/browser.js"));
const { makeTopic, withAdmin } = await import(join(dist, "test/support/cluster.js"));
const { RecordSender } = await import(join(dist, "src/cluster/record-sender.js"));
const { recordPorts } = await import(join(dist, "src/cluster/record-ports.js"));

const WIDE = { width: 1600, height: 1000 };
const PLAIN = { width: 1280, height: 860 };
const folder = join(root, "docs", "screenshots");

const stage = await Stage.open();
try {
  for (const topic of ["orders:3:3", "payments:6:3", "clicks:12:3"]) await makeTopic(stage.cluster, topic);
  await orders();
  await overview();
  await messages();
  await breakdown();
} finally {
  await stage.close();
}

async function shot(page, name, size) {
  await page.setViewportSize(size);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: "jpeg", quality: 82 });
}

async function withSender(topic, work) {
  await withAdmin(stage.cluster, async (admin) => {
    const sender = new RecordSender(admin, topic, await recordPorts(), 0);
    await sender.open();
    await work(sender);
  });
}

async function orders() {
  const encoder = new TextEncoder();
  const records = Array.from({ length: 40 }, (_, index) => ({
    key: encoder.encode(`customer-${index % 7}`),
    value: encoder.encode(
      JSON.stringify({
        id: 1000 + index,
        total: ((index * 37) % 200) + 0.5,
        status: index % 3 === 0 ? "open" : "paid",
      }),
    ),
    headers: [{ key: encoder.encode("trace"), value: encoder.encode(`7f${index}`) }],
  }));
  await withSender("orders", (sender) => sender.sendTo(0, records));
}

/** With something to chart: clicks come as they like for a while. */
async function overview() {
  const page = await stage.page("overview");
  await withSender("clicks", async (sender) => {
    const end = Date.now() + 25_000;
    for (let sent = 0; Date.now() < end; sent++) {
      const count = 20 + Math.round(15 * Math.sin(sent / 60));
      await sender.sendTo(sent % 12, new Array(count).fill({ key: null, value: new Uint8Array(100) }));
      await page.waitForTimeout(20);
    }
  });
  await shot(page, "overview", PLAIN);
  await page.context().close();
}

async function messages() {
  const page = await stage.page("messages?topic=orders&mode=javascript&q=json.total%20%3E%20100");
  await page.getByText(/of 40 read match/).waitFor();
  await page.locator(".record-line").nth(1).click();
  await page.getByRole("button", { name: "json", exact: true }).click();
  await shot(page, "messages", PLAIN);
  await page.context().close();
}

async function breakdown() {
  const light = await stage.breakdown({ theme: "light" });
  await light.getByRole("button", { name: /^Run/ }).first().click();
  await light.waitForSelector(row(2));
  await shot(light, "breakdown-light", PLAIN);
  await light.context().close();
  const page = await stage.breakdown();
  await page.setViewportSize(WIDE);
  await page.getByRole("button", { name: /^Run/ }).first().click();
  await page.waitForSelector(row(2));
  await page.waitForSelector("[data-journey=committed]");
  const leader = Number(await page.textContent("[data-fact=leader]"));
  await page.getByRole("button", { name: `Kill broker ${leader}`, exact: true }).click();
  await page.waitForSelector(station(5));
  await page.getByRole("button", { name: "Read it" }).click();
  await page.waitForSelector(station(7));
  // A little further: Run would still shine from under the head.
  await page.evaluate("document.querySelector('.stepper').scrollIntoView({ block: 'start' }); scrollBy(0, 12)");
  await shot(page, "breakdown", WIDE);
  await page.evaluate("document.querySelector('.waterfall').closest('section').scrollIntoView()");
  await shot(page, "journey", WIDE);
  await page.context().close();
}
