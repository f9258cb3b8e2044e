import { readFileSync } from "node:fs";

/**
 * A process as a file can remember it: process ids come round again, so the moment of its start belongs to it where the system
 * tells (Linux).
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as text; "" where the system does not tell. */
  readonly started: string;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const started = startOf(identity.pid);
  return started === "" || identity.started === "" || started === identity.started;
}

function startOf(pid: number): string {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // No such process, or no /proc on this system.
    return "";
  }
  // The name, in parentheses, may contain anything; the 20th field after it is the start.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
