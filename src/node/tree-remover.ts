import * as fs from "node:fs";
import type { DiskCompletion } from "../ports/index.js";
import { diskError } from "./disk-error.js";

/** Removes a directory and what it holds, one name after the other in the thread pool, so that nothing else waits for it long. */
export class TreeRemover {
  private readonly root: string;
  private readonly completion: DiskCompletion;
  /** Directories from the root to the one at hand, and the names that are left in each. */
  private readonly path: { readonly directory: string; readonly names: fs.Dirent[] }[];
  private readonly onRemoved: (error: NodeJS.ErrnoException | null) => void;

  constructor(root: string, completion: DiskCompletion) {
    this.root = root;
    this.completion = completion;
    this.path = [];
    this.onRemoved = (error) => {
      if (error !== null && error.code !== "ENOENT") this.finish(error);
      else this.next();
    };
  }

  start(): void {
    this.enter(this.root);
  }

  private enter(directory: string): void {
    fs.readdir(directory, { withFileTypes: true }, (error, names) => {
      if (error === null) {
        this.path.push({ directory, names });
        this.next();
      } else if (error.code !== "ENOENT") this.finish(error);
      else if (this.path.length === 0) this.finish(null);
      else this.next();
    });
  }

  private next(): void {
    const level = this.path.at(-1);
    if (level === undefined) {
      this.finish(null);
      return;
    }
    const entry = level.names.pop();
    if (entry === undefined) {
      this.path.pop();
      fs.rmdir(level.directory, this.onRemoved);
    } else if (entry.isDirectory()) this.enter(`${level.directory}/${entry.name}`);
    else fs.unlink(`${level.directory}/${entry.name}`, this.onRemoved);
  }

  private finish(error: NodeJS.ErrnoException | null): void {
    this.completion.onDiskDone(error === null ? null : diskError(error, this.root));
  }
}
