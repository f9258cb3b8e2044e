import { existsSync } from "node:fs";
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { makeDirectories } from "../node/make-directories.js";
import type { EngineName } from "./engine.js";
import { Failure, messageOf } from "./failure.js";
import type { ClusterPorts } from "./ports.js";
import { identityOf, isAlive, type ProcessIdentity } from "./process-identity.js";

/** What a persistent data directory remembers of its cluster. */
export interface ClusterMemory {
  readonly format: 1;
  readonly engine: EngineName;
  readonly clusterId: string;
  readonly ports: ClusterPorts;
}

const MEMORY = "cluster.json";
const OWNER = "owner.json";

/** A fresh directory that is thrown away at the end; sweeps those that a killed process left behind. */
export async function ephemeralDirectory(): Promise<string> {
  const parent = join(tmpdir(), `holdfast-${userName()}`);
  await ownDirectory(parent);
  await sweep(parent);
  const directory = await mkdtemp(join(parent, "cluster-"));
  await claim(directory);
  return directory;
}

/** An account without a name (as in some containers) still has its number. */
export function userName(): string {
  try {
    return userInfo().username.replace(/[^\w.-]/g, "_");
  } catch {
    return String(process.getuid?.() ?? "user");
  }
}

/** Makes a directory that only this user can enter, and refuses one that somebody else made at the same place. */
export async function ownDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { uid } = await stat(path);
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new Failure(
      `${path} belongs to another user.`,
      "Remove it, or set TMPDIR (or XDG_RUNTIME_DIR) to a directory of yours.",
    );
  }
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith("cluster-")) continue;
    const directory = join(parent, name);
    const owner = await readOwner(directory);
    // Without an owner: another start is just making it, unless it is old.
    const abandoned = owner === null ? Date.now() - (await modified(directory)) > 60_000 : !isAlive(owner);
    if (abandoned) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    // Swept by another start at the same time.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Date.now();
    throw error;
  }
}

/** Makes or opens the directory of a persistent cluster, and refuses one that is in use, foreign or not writable. */
export async function openPersistentDirectory(
  path: string,
): Promise<{ directory: string; memory: ClusterMemory | null }> {
  const directory = resolve(path);
  try {
    makeDirectories(directory);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Failure(
      `The data directory ${directory} cannot be used: ${messageOf(error)}.`,
      "Name one that can be written with --data-dir.",
    );
  }
  const owner = await readOwner(directory);
  if (owner !== null && isAlive(owner)) {
    throw new Failure(
      `The data directory ${directory} is in use by process ${owner.pid}.`,
      "Stop that cluster first (`holdfast status` shows it), or name another directory with --data-dir.",
    );
  }
  const memory = await readMemory(directory);
  if (memory === null && (await readdir(directory)).some((name) => name !== OWNER && !name.startsWith("."))) {
    throw new Failure(
      `The data directory ${directory} holds files that are not Holdfast's.`,
      "Name an empty or new directory with --data-dir; for a directory of one Apache Kafka broker use `holdfast serve`.",
    );
  }
  await claim(directory);
  return { directory, memory };
}

async function readMemory(directory: string): Promise<ClusterMemory | null> {
  const path = join(directory, MEMORY);
  if (!existsSync(path)) return null;
  let memory: ClusterMemory;
  try {
    memory = JSON.parse(await readFile(path, "utf8")) as ClusterMemory;
  } catch (error) {
    throw new Failure(
      `${path} cannot be read: ${messageOf(error)}.`,
      "Restore it, or name another directory with --data-dir.",
    );
  }
  if (memory.format !== 1) {
    throw new Failure(
      `${path} was written by another release of Holdfast (format ${String(memory.format)}, this one knows 1).`,
      "Use that release, or name another directory with --data-dir.",
    );
  }
  return memory;
}

export async function writeMemory(directory: string, memory: ClusterMemory): Promise<void> {
  const path = join(directory, MEMORY);
  await writeFile(`${path}.tmp`, `${JSON.stringify(memory, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

async function claim(directory: string): Promise<void> {
  await writeFile(join(directory, OWNER), JSON.stringify(identityOf(process.pid)));
}

/** At the end of a persistent cluster: the next start may have it. */
export async function release(directory: string): Promise<void> {
  await rm(join(directory, OWNER), { force: true });
}

async function readOwner(directory: string): Promise<ProcessIdentity | null> {
  try {
    return JSON.parse(await readFile(join(directory, OWNER), "utf8")) as ProcessIdentity;
  } catch (error) {
    // None, or one that was cut off while it was written: nobody holds it.
    if (
      error instanceof SyntaxError ||
      (error as NodeJS.ErrnoException).code === "ENOENT" ||
      (error as NodeJS.ErrnoException).code === "ENOTDIR"
    )
      return null;
    throw error;
  }
}
