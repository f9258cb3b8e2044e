import { DiskError } from "../ports/index.js";

/** What Node reports of a file, with the operating system's code. */
export function diskError(error: unknown, path: string): DiskError {
  const { code, message } = error as NodeJS.ErrnoException;
  // Node's own complaint about its arguments is our fault, not the disk's.
  if (code === undefined || code.startsWith("ERR_")) throw error;
  return new DiskError(code, path, message);
}

/** Runs what is done at once on names and small files; what the system refuses becomes a DiskError. */
export function onDisk<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw diskError(error, path);
  }
}
