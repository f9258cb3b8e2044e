import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command line's entry, as `holdfast` runs it. */
export const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves with the lines of standard output once there are so many; rejects when the command ends before. */
  lines(count: number): Promise<string[]>;
}

/** Starts the command line as a process of its own; `env` is what it has beside this process's environment. */
export function startMain(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ""): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const watcher of watchers) watcher();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // A command that ends without reading what it is given is no matter of the test's process.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Outcome>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
  const lines = (count: number): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = stdout.split("\n").slice(0, -1);
        if (found.length < count) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      ended.then(({ code }) => reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr}`)));
      look();
    });
  return { child, ended, lines };
}
