import * as fs from "node:fs";
import { createServer } from "node:net";
import { DiskError, type DiskLock } from "../ports/index.js";
import { diskError, onDisk } from "./disk-error.js";

/**
 * The exclusive lock of a log directory, which a process loses with its life, however that ends, and never to another that lives.
 *
 * Node can take no advisory lock of a file, so the kernel's hold differs by system:
 * - Linux: an abstract socket named after the directory's device and inode; the kernel forgets it with the process. Within one network
 *   namespace it is exact; containers that share a volume but no network are kept apart by whoever gives the volume out. Since Apache
 *   Kafka locks the file `.lock`, a lock of that file is looked for too.
 * - macOS, BSD, Windows: `.lock` is opened exclusively, which those systems can.
 *
 * `.lock` itself says who has it, for a person.
 */
export function lockDirectory(directory: string): DiskLock {
  const path = `${directory}/.lock`;
  return process.platform === "linux" ? bindName(directory, path) : openExclusively(directory, path);
}

function bindName(directory: string, path: string): DiskLock {
  const { dev, ino } = onDisk(directory, () => fs.statSync(directory, { bigint: true }));
  const server = createServer((socket) => socket.destroy());
  // Its event comes later; whether it failed is asked below.
  server.on("error", () => {});
  server.listen({ path: `\0holdfast-directory-${dev}-${ino}`, exclusive: true });
  // Known at once: the name is bound within `listen`, though its event comes later.
  if (!server.listening) throw locked(directory, path);
  server.unref();
  try {
    if (isLockedByKafka(path)) throw locked(directory, path);
    fs.writeFileSync(path, `${process.pid}\n`);
  } catch (error) {
    server.close();
    throw error instanceof DiskError ? error : diskError(error, path);
  }
  return {
    release: () => {
      server.close();
    },
  };
}

/** Whether a process holds a POSIX lock of the file, as Java's FileChannel.lock takes. */
function isLockedByKafka(path: string): boolean {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  let locks: string;
  try {
    locks = fs.readFileSync("/proc/locks", "utf8");
  } catch {
    // A system that hides it: nothing can be known.
    return false;
  }
  // "1: POSIX  ADVISORY  WRITE 4711 08:01:1234567 0 EOF"
  return locks.split("\n").some((line) => line.includes("POSIX") && line.includes(`:${stat.ino} `));
}

/** O_EXLOCK, which libuv has on Windows too, as a share mode. */
const O_EXLOCK = process.platform === "win32" ? 0x10000000 : 0x20;

function openExclusively(directory: string, path: string): DiskLock {
  const { O_RDWR, O_CREAT, O_NONBLOCK = 0 } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDWR | O_CREAT | O_NONBLOCK | O_EXLOCK, 0o644);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "EAGAIN" || code === "EWOULDBLOCK" || code === "EBUSY"
      ? locked(directory, path)
      : diskError(error, path);
  }
  onDisk(path, () => {
    fs.ftruncateSync(fd);
    fs.writeSync(fd, `${process.pid}\n`, 0);
  });
  return { release: () => fs.closeSync(fd) };
}

function locked(directory: string, path: string): DiskError {
  return new DiskError("ELOCKED", directory, `${directory} is in use by another process${holder(path)}`);
}

function holder(path: string): string {
  try {
    const text = fs.readFileSync(path, "utf8").trim();
    return /^\d+$/.test(text) ? ` (${text})` : "";
  } catch {
    // It is only named where it can be.
    return "";
  }
}
