import { readFileSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** Uptime and the wall clock are read one after the other, and the wall clock is corrected: the moment of booting moves a little. */
const BOOT_GRAIN_S = 60;

let known: string | null = null;

/** Linux gives each boot a random id; elsewhere host and minute of booting stand for it. */
export function bootId(): string {
  known ??= readBootId();
  return known;
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // Not Linux.
    return `${hostname()}-${Math.round((Date.now() / 1000 - uptime()) / BOOT_GRAIN_S)}`;
  }
}
