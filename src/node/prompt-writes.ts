import * as fs from "node:fs";
import type { DiskCompletion, TurnTask } from "../ports/index.js";
import type { NodeFile } from "./disk-file.js";
import type { NodeLoop } from "./loop.js";

/** A larger write is worth the way to the thread pool and back. */
const PROMPT_BYTES_MAX = 256 * 1024;
/** A write that took longer waited for the disk, since the page cache had no room for it, or lost its core to another process, ms. */
const SLOW_MS = 5;
/** Two slow writes of three wait for the disk: losing the core just then is rare. A slow one adds so much, any other takes one away. */
const SUSPICION_OF_SLOW = 3;
const SUSPICION_MAX = 5;
/** So long the thread pool gets all writes once the disk is waited for, ms. */
const AVOID_MS = 250;

/**
 * Writes into the page cache within the turn. To hand one of 16 KiB to the thread pool, to wake it and to be woken by it costs several
 * times what the copy into the cache does, and its answer comes a turn later. The disk itself is not waited for: once writes take so long
 * that it must have been, those that follow go through the pool for a while. Completions come in a later round of the turn's end.
 */
export class PromptWrites implements TurnTask {
  private readonly loop: NodeLoop;
  private files: NodeFile[];
  private completions: DiskCompletion[];
  private suspicion: number;
  private avoidUntilMs: number;

  constructor(loop: NodeLoop) {
    this.loop = loop;
    this.files = [];
    this.completions = [];
    this.suspicion = 0;
    this.avoidUntilMs = 0;
  }

  /** False: not all was written, so all of it is to be written in the other way, which also tells what stands against it. */
  write(file: NodeFile, position: number, chunks: readonly Uint8Array[], completion: DiskCompletion): boolean {
    let bytes = 0;
    for (let i = 0; i < chunks.length; i++) bytes += chunks[i].length;
    if (bytes > PROMPT_BYTES_MAX) return false;
    const begin = performance.now();
    if (begin < this.avoidUntilMs) return false;
    let written = 0;
    try {
      written =
        chunks.length === 1
          ? fs.writeSync(file.fd, chunks[0], 0, bytes, position)
          : fs.writevSync(file.fd, chunks, position);
    } catch {
      // The thread pool meets the same error, and reports it.
      return false;
    }
    const end = performance.now();
    this.judge(end - begin, end);
    if (written < bytes) return false;
    this.files.push(file);
    this.completions.push(completion);
    if (this.files.length === 1) this.loop.atTurnEnd(this);
    return true;
  }

  private judge(tookMs: number, nowMs: number): void {
    if (tookMs <= SLOW_MS) {
      if (this.suspicion > 0) this.suspicion--;
      return;
    }
    this.suspicion += SUSPICION_OF_SLOW;
    if (this.suspicion < SUSPICION_MAX) return;
    this.suspicion = 0;
    this.avoidUntilMs = nowMs + AVOID_MS;
  }

  onTurnEnd(): void {
    const { files, completions } = this;
    this.files = [];
    this.completions = [];
    for (let i = 0; i < files.length; i++) {
      files[i].done();
      completions[i].onDiskDone(null);
    }
  }
}
