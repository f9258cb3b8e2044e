import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** In a fresh process, with the package's own files: the first cluster, then the median of four more. */
const PROGRAM = `
  import { Holdfast } from ${JSON.stringify(new URL("../lib/index.js", import.meta.url).href)};
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

/** ms from `Holdfast.start()` until three brokers are ready. */
export async function inProcessStarts(): Promise<{ first: number; again: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", PROGRAM]);
  return JSON.parse(stdout);
}
