import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { outcome } from "../../src/cluster/engines/kafka.js";
import { repositoryRoot } from "./repository.js";

/** What tests need and fetch once for all runs, through the ordinary client of its language. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holdfast");

async function must(command: string, args: readonly string[]): Promise<void> {
  const { code, output } = await outcome(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
}

/** A folder for Python's path with the Kafka clients of test/interop/python/requirements.txt. */
export async function pythonClients(): Promise<string> {
  const requirements = join(repositoryRoot(), "test", "interop", "python", "requirements.txt");
  const { output: version } = await outcome("python3", ["--version"]);
  const state = createHash("sha256").update(readFileSync(requirements)).update(version).digest("hex").slice(0, 12);
  return once(join(CACHE, `python-${state}`), (folder) =>
    must("python3", [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"],
      ...["--target", folder, "-r", requirements],
    ]),
  );
}

/** The program of test/interop/go, built with the modules that its go.sum names. */
export async function goProgram(): Promise<string> {
  const source = join(repositoryRoot(), "test", "interop", "go");
  const { output: version } = await outcome("go", ["version"]);
  const hash = createHash("sha256").update(version);
  for (const name of ["exchange.go", "go.mod", "go.sum"]) hash.update(readFileSync(join(source, name)));
  const folder = await once(join(CACHE, `go-${hash.digest("hex").slice(0, 12)}`), (target) =>
    must("go", ["-C", source, "build", "-mod=readonly", "-o", join(target, "exchange"), "."]),
  );
  return join(folder, "exchange");
}

export function pythonPath(folder: string): Record<string, string> {
  const { PYTHONPATH: inherited } = process.env;
  return { PYTHONPATH: inherited ? `${folder}${delimiter}${inherited}` : folder, PYTHONDONTWRITEBYTECODE: "1" };
}

/** Fills a folder next to its place and moves it there, so that what is there is whole. */
export async function once(target: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(`${target}-part-`);
  await fill(fresh);
  try {
    renameSync(fresh, target);
  } catch (error) {
    // Another run was faster.
    if (!existsSync(target)) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}
