import type { DiskCompletion, DiskError, Ports, TimerTask } from "../ports/index.js";

/** Removes a directory in the background. */
export class TreeRemoval implements TimerTask, DiskCompletion {
  private readonly ports: Ports;
  private readonly path: string;

  constructor(ports: Ports, path: string) {
    this.ports = ports;
    this.path = path;
  }

  onTimer(): void {
    this.ports.disk.removeTree(this.path, this);
  }

  onDiskDone(error: DiskError | null): void {
    if (error === null) return;
    this.ports.logger.warn("A deleted partition's files could not be removed; the next start will try again.", {
      path: this.path,
      error: error.message,
    });
  }
}
