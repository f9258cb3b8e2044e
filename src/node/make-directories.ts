import * as fs from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory and its parents; those that are there are no error. Not Node's own recursive mkdir: where a parent is there but takes no
 * entries, as in /proc, that tries for ever, within one call.
 */
export function makeDirectories(path: string): void {
  if (isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectories(parent);
  try {
    fs.mkdirSync(path);
  } catch (error) {
    // Another process may have made it in between.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
