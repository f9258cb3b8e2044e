import { lastOffset } from "../../protocol/records/batch.js";
import {
  INDEX_SUFFIX,
  LOG_SUFFIX,
  offsetOfName,
  SWAP_FILE_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from "../file-names.js";
import type { Log } from "../log.js";
import type { LogContext } from "../log-context.js";
import { SegmentScan } from "../log-scan.js";
import { Segment } from "../segment.js";

const INDEXES = [INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX];

/**
 * At a start: finishes what `SegmentSwap` had begun. A segment's records under `.swap` are complete, and take the place of all segments
 * within their offsets. Which index belongs to which records shows only where all four files are still `.swap`; otherwise the indexes go,
 * and are built again. Answers the names that there are afterwards. Throws DiskError.
 */
export function finishSwaps(context: LogContext, log: Log, names: readonly string[]): string[] {
  const { disk, logger } = context.ports;
  const { directory } = log;
  const present = new Set(names);
  const remove = (name: string): void => {
    disk.remove(`${directory}/${name}`);
    present.delete(name);
  };
  const swaps: { prefix: string; base: number }[] = [];
  for (const name of names) {
    if (!name.endsWith(SWAP_FILE_SUFFIX)) continue;
    const final = name.slice(0, -SWAP_FILE_SUFFIX.length);
    const suffix = [LOG_SUFFIX, ...INDEXES].find((each) => offsetOfName(final, each) >= 0);
    if (suffix === undefined) continue;
    const base = offsetOfName(final, suffix);
    if (!swaps.some((each) => each.base === base)) swaps.push({ prefix: final.slice(0, 20), base });
  }
  for (const { prefix, base } of swaps) {
    const records = prefix + LOG_SUFFIX;
    const hasRecords = present.has(records + SWAP_FILE_SUFFIX);
    const isWhole = hasRecords && INDEXES.every((each) => present.has(prefix + each + SWAP_FILE_SUFFIX));
    if (hasRecords) {
      logger.info("The exchange of compacted segments is finished.", { path: `${directory}/${records}` });
      const end = endOf(context, log, base);
      for (const name of [...present]) {
        const other = Math.max(...[LOG_SUFFIX, ...INDEXES].map((each) => offsetOfName(name, each)));
        if (other > base && other < end) remove(name);
      }
      // Before the new one has its name: nothing old may come back beside it.
      disk.syncDirectorySync(directory);
    }
    for (const suffix of INDEXES) {
      const name = prefix + suffix;
      if (isWhole) rename(name);
      else for (const each of [name + SWAP_FILE_SUFFIX, name]) if (present.has(each)) remove(each);
    }
    if (hasRecords) rename(records);
  }
  return [...present];

  function rename(name: string): void {
    disk.rename(`${directory}/${name}${SWAP_FILE_SUFFIX}`, `${directory}/${name}`);
    present.delete(name + SWAP_FILE_SUFFIX);
    present.add(name);
  }
}

/** The offset after the last batch; the base where there is none. */
function endOf(context: LogContext, log: Log, base: number): number {
  const segment = new Segment(context.files, log.directory, base, log.config, 0, 0);
  segment.setSuffix(SWAP_FILE_SUFFIX);
  let end = base;
  const scan = new SegmentScan(context, segment, 0, segment.file.open(false).size());
  while (scan.next()) end = lastOffset(scan.bytes, scan.at) + 1;
  segment.closeFile();
  return end;
}
