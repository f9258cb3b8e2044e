import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const LIBRARY = new URL("../lib/index.js", import.meta.url).href;

/** In a fresh process, with the package's own files: the first cluster, then the median of four more. */
const PROGRAM = `
  import { Holdfast } from ${JSON.stringify(LIBRARY)};
  const took = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    const cluster = await Holdfast.start();
    took.push(performance.now() - begin);
    await cluster.stop();
  }
  const [first, ...others] = took;
  console.log(JSON.stringify({ first, again: others.sort((a, b) => a - b)[1] }));
`;

const CLUSTERS = 50;

/** In a fresh process with a temporary directory of its own. What a first few clusters leave in caches is no leak: memory is compared from the fifth on. */
const MANY = `
  import { readdirSync } from "node:fs";
  import { tmpdir } from "node:os";
  import { Holdfast } from ${JSON.stringify(LIBRARY)};
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const memory = async () => {
    await tick();
    gc();
    const { heapUsed, arrayBuffers, external } = process.memoryUsage();
    return heapUsed + Math.max(arrayBuffers, external);
  };
  const descriptors = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
  const handles = () => process.getActiveResourcesInfo().filter((name) => !["PipeWrap", "TTYWrap", "CloseReq"].includes(name));
  const took = [];
  let memoryBefore = 0;
  let descriptorsBefore = 0;
  for (let i = 1; i <= ${CLUSTERS}; i++) {
    const begin = performance.now();
    const cluster = await Holdfast.start({ topics: ["orders:3:3"] });
    took.push(performance.now() - begin);
    await cluster.stop();
    if (i === 5) {
      memoryBefore = await memory();
      descriptorsBefore = descriptors();
    }
  }
  const memoryAfter = await memory();
  const [first, ...others] = took;
  console.log(JSON.stringify({
    first, others, memoryBefore, memoryAfter, handles: handles().length, descriptors: descriptors() - descriptorsBefore,
    files: readdirSync(tmpdir(), { recursive: true }).length,
  }));
`;

/** What fifty clusters, one after the other in one program, take and leave behind. */
export interface ManyClusters {
  /** ms until the first is ready, with its topic. */
  readonly first: number;
  readonly others: readonly number[];
  /** Bytes after a garbage collection: after five clusters, and after all. */
  readonly memoryBefore: number;
  readonly memoryAfter: number;
  /** That keep the program awake. */
  readonly handles: number;
  /** Open ones that were not open before. */
  readonly descriptors: number;
  readonly files: number;
}

export async function manyClusters(): Promise<ManyClusters> {
  const scratch = await mkdtemp(join(tmpdir(), "holdfast-bench-"));
  try {
    const env = { ...process.env, TMPDIR: scratch, TEMP: scratch };
    const args = ["--expose-gc", "--input-type=module", "-e", MANY];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** ms from `Holdfast.start()` until three brokers are ready. */
export async function inProcessStarts(): Promise<{ first: number; again: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", PROGRAM]);
  return JSON.parse(stdout);
}
