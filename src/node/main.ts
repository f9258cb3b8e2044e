import { realpathSync } from "node:fs";
import * as module from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type { FormatOptions } from "./format-command.js";
import type { ServeOptions } from "./node-process.js";
import { ExitCode, StartFailure } from "./start-failure.js";

// The entry of a broker's process. It imports next to nothing by itself: what is compiled is cached first, where Node can.

/** Runs one node until it is stopped. Failures are told on standard error and by the exit code. */
export async function serve(options: ServeOptions): Promise<void> {
  growHeapFreely();
  await told(async () => {
    const { NodeProcess } = await import("./node-process.js");
    new NodeProcess(options).start();
  });
}

/** Formats the directories of one node. */
export async function format(options: FormatOptions): Promise<void> {
  await told(async () => {
    const { formatDirectories } = await import("./format-command.js");
    for (const line of formatDirectories(options)) process.stdout.write(`${line}\n`);
  });
}

async function told(run: () => Promise<void>): Promise<void> {
  cacheCompiledCode();
  try {
    await run();
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    process.stderr.write(`holdfast: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

/**
 * The buffers of records count as part of V8's old space, which is small here: by its own factors it collects all of it for every 6 MB of
 * records that came. So the old space may grow to this multiple of what is in use before it is collected, in percent above it.
 */
const HEAP_GROWTH_PERCENT = 300;

function growHeapFreely(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
}

/** Of Node 22.1 and later: the next start finds the code compiled. */
function cacheCompiledCode(): void {
  (module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
}

const USAGE = "usage: node main.js --config FILE [--cluster-id ID] [--set NAME=VALUE]…";

/** As the supervisor starts it: the command line's own parser would take longer to load than this takes to run. */
function serveOptionsFrom(words: readonly string[]): ServeOptions {
  let config: string | null = null;
  let clusterId: string | undefined;
  const set: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1];
    if (value === undefined) throw new StartFailure(USAGE, ExitCode.usage);
    if (words[at] === "--config") config = value;
    else if (words[at] === "--cluster-id") clusterId = value;
    else if (words[at] === "--set") set.push(value);
    else throw new StartFailure(`${words[at]} is no option.\n${USAGE}`, ExitCode.usage);
  }
  if (config === null) throw new StartFailure(USAGE, ExitCode.usage);
  return { config, set, clusterId };
}

function isProgram(): boolean {
  const [, script] = process.argv;
  try {
    return script !== undefined && realpathSync(script) === realpathSync(fileURLToPath(import.meta.url));
  } catch {
    // `node -` and the like: somebody imports us.
    return false;
  }
}

if (isProgram()) {
  await told(async () => serve(serveOptionsFrom(process.argv.slice(2))));
}
