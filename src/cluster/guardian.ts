import { type ChildProcess, spawn } from "node:child_process";

/**
 * Kills the brokers when this process is gone, however it went. A shell in a session of its own reads the current process ids
 * from a pipe; the pipe's end is the sign. (A broker that watched a pipe itself could not see it while it is paused.)
 */
export class Guardian {
  private readonly shell: ChildProcess | null;
  private readonly pids = new Set<number>();

  constructor() {
    // Without a POSIX shell, children that outlive their parent are found at the next start only.
    this.shell = process.platform === "win32" ? null : startShell();
  }

  watch(pid: number): void {
    this.pids.add(pid);
    this.tell();
  }

  forget(pid: number): void {
    this.pids.delete(pid);
    this.tell();
  }

  close(): void {
    this.pids.clear();
    this.tell();
    this.shell?.stdin?.end();
  }

  private tell(): void {
    this.shell?.stdin?.write(`${[...this.pids].join(" ")}\n`);
  }
}

const SCRIPT = `trap '' INT TERM HUP
while read -r line; do pids=$line; done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done`;

function startShell(): ChildProcess {
  const shell = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.unref();
  const stdin = shell.stdin as (typeof shell)["stdin"] & { unref?: () => void };
  stdin?.unref?.();
  // EPIPE: somebody killed the shell. The brokers are then only stopped in the ordinary ways.
  stdin?.on("error", () => undefined);
  return shell;
}
