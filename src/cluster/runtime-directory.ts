import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ownDirectory, userName } from "./data-directory.js";
import type { EngineName } from "./engine.js";
import { isAlive, type ProcessIdentity } from "./process-identity.js";

/** What `up` tells the other commands of this user about its cluster. */
export interface ClusterRecord {
  readonly clusterId: string;
  readonly engine: EngineName;
  readonly supervisor: ProcessIdentity;
  readonly bootstrapServers: string;
  /** `httpPort` null: the engine serves no health, metrics and events. */
  readonly brokers: readonly { id: number; host: string; port: number; httpPort: number | null; dataDir: string }[];
  readonly console: string | null;
  readonly ephemeral: boolean;
  readonly directory: string;
  /** A socket (a named pipe on Windows) that takes the commands of `control.ts`. */
  readonly controlSocket: string;
}

/** Only its owner may look in: who can write to the control socket can kill brokers. */
export async function runtimeDirectory(): Promise<string> {
  const base = process.env.XDG_RUNTIME_DIR;
  const directory = base ? join(base, "holdfast") : join(tmpdir(), `holdfast-${userName()}`, "run");
  await ownDirectory(base ? directory : dirname(directory));
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}

export async function recordCluster(record: ClusterRecord): Promise<void> {
  const path = join(await runtimeDirectory(), `${record.clusterId}.json`);
  await writeFile(`${path}.tmp`, JSON.stringify(record, null, 2), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

export async function forgetCluster(clusterId: string): Promise<void> {
  await rm(join(await runtimeDirectory(), `${clusterId}.json`), { force: true });
}

/** The clusters whose supervisor lives; records of others are removed. */
export async function runningClusters(): Promise<ClusterRecord[]> {
  const directory = await runtimeDirectory();
  const found: ClusterRecord[] = [];
  for (const name of await readdir(directory)) {
    if (!name.endsWith(".json")) continue;
    const record = await readRecord(join(directory, name));
    if (record === null) continue;
    if (isAlive(record.supervisor)) found.push(record);
    else {
      await rm(join(directory, name), { force: true });
      if (process.platform !== "win32") await rm(record.controlSocket, { force: true });
    }
  }
  return found.sort((a, b) => (a.clusterId < b.clusterId ? -1 : 1));
}

async function readRecord(path: string): Promise<ClusterRecord | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ClusterRecord;
  } catch (error) {
    // It went away meanwhile, or is not ours.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
