import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { LocalCluster, LocalClusterOptions } from "../../src/cluster/local-cluster.js";
import { type ConsoleServer, serveConsole } from "../../src/console/server/serve.js";
import { startCluster } from "../support/cluster.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where screenshots go; CI keeps the folder. */
const SCREENSHOTS = process.env.HOLDFAST_SCREENSHOTS ?? join(tmpdir(), "holdfast-screenshots");

export interface PageOptions {
  readonly theme?: "dark" | "light";
  readonly width?: number;
  readonly still?: boolean;
  /** Another console than the stage's own. */
  readonly server?: ConsoleServer;
}

/** A real cluster of three processes, its console, and a browser on it. */
export class Stage {
  readonly cluster: LocalCluster;
  readonly server: ConsoleServer;
  readonly browser: Browser;
  /** What pages wrote to their consoles as errors: each is a fault. */
  readonly faults: string[] = [];

  private constructor(cluster: LocalCluster, server: ConsoleServer, browser: Browser) {
    this.cluster = cluster;
    this.server = server;
    this.browser = browser;
  }

  static async open(options: Partial<LocalClusterOptions> = {}): Promise<Stage> {
    const [cluster, browser] = await Promise.all([startCluster(options), launch()]);
    return new Stage(cluster, await serveConsole(cluster, "127.0.0.1", 0), browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    await this.cluster.stopNow();
  }

  async page(path = "", options: PageOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.theme ?? "dark",
      reducedMotion: options.still === false ? "no-preference" : "reduce",
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of (409|403)|ERR_/.test(message.text()))
        this.faults.push(message.text());
    });
    await page.goto(`${(options.server ?? this.server).url}${path}`);
    return page;
  }

  async breakdown(options: PageOptions = {}): Promise<Page> {
    const page = await this.page("", options);
    await page.waitForSelector("[data-feed=live]");
    return page;
  }

  async shot(page: Page, name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }
}

function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** What axe finds, as text; "" when nothing. */
export async function axe(page: Page): Promise<string> {
  // Runs beside the page's own scripts: the page's policy allows no other in it.
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
    worldName: "axe",
  });
  await session.send("Runtime.evaluate", { expression: AXE, contextId });
  // Colours that are on their way from one to another are nobody's choice: transitions that end are waited for.
  await session.send("Runtime.evaluate", { expression: SETTLED, contextId, awaitPromise: true });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations
      .map((each) => each.id + ": " + each.nodes.map((node) => node.target.join(" ")).slice(0, 5).join(", ")).join("\\n"))`,
    contextId,
    awaitPromise: true,
  });
  await session.detach();
  return String(result.value);
}

const SETTLED = `Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished))`;

export function row(step: number, light = "lit"): string {
  return `[data-row='${step}'][data-light=${light}]`;
}

export function station(number: number, light = "lit"): string {
  return `[data-station='${number}'][data-light=${light}]`;
}

/** The scripts that a page has loaded, and what each takes on its way, gzipped. */
export async function scriptsOf(page: Page): Promise<{ path: string; bytes: number }[]> {
  const urls = await page.evaluate<string[]>("performance.getEntriesByType('resource').map((each) => each.name)");
  return Promise.all(
    urls
      .filter((url) => url.endsWith(".js"))
      .map(async (url) => {
        const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
        return { path: new URL(url).pathname, bytes: gzipSync(body).length };
      }),
  );
}

/** The brokers' lanes of the Breakdown page: the guided experiments below have buttons of the same names. */
export function lanes(page: Page): Locator {
  return page.getByRole("region", { name: "Brokers", exact: true });
}
