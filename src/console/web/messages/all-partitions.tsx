import { useState } from "react";
import { MERGED_MAX, type MergedSlice, type Message } from "../../shapes";
import { count } from "../ui/parts";
import { fromText } from "./merged";
import { tableOf } from "./record-list";

/** To the records before and behind those that are shown, from each partition's own position. */
export function MergedFurther({ slice, onRead }: { slice: MergedSlice; onRead(from: string): void }) {
  return (
    <div className="buttons">
      {slice.hasOlder ? (
        <button type="button" onClick={() => onRead(fromText("before", slice.low))}>
          Older
        </button>
      ) : null}
      {slice.hasNewer ? (
        <button type="button" onClick={() => onRead(fromText("after", slice.high))}>
          Newer
        </button>
      ) : null}
    </div>
  );
}

interface MergedNotesProps {
  readonly slice: MergedSlice;
  /** It goes on from positions. */
  readonly isFurther: boolean;
  readonly isReversed: boolean;
}

/** Which records are not among these, and in which order they are. */
export function MergedNotes({ slice, isFurther, isReversed }: MergedNotesProps) {
  const { partitions, holding, merged, gone, problems, low, unread } = slice;
  const isPart = isFurther && low.length + unread.length < partitions;
  return (
    <>
      {merged < holding ? (
        <p className="note is-amber">
          {count(holding)} partitions have records to show here, and at most {count(MERGED_MAX)} are merged at once:
          these are of the {count(merged)} whose records come first. Choose a partition to see one of the others; a
          search and the live tail look into all of them.
        </p>
      ) : isPart ? (
        <p className="note is-amber">
          This page goes on from {count(low.length)} of the topic's {count(partitions)} partitions, those of the page
          before.
        </p>
      ) : null}
      {gone > 0 ? (
        <p className="note is-amber">{count(gone)} offsets that this page began at are deleted by now.</p>
      ) : null}
      <Problems problems={problems} />
      {slice.records.length === 0 ? null : (
        <p className="small muted read-order">
          By timestamp, {isReversed ? "newest" : "oldest"} first, equal ones by partition; within a partition always in
          the order of the offsets, also where its timestamps go back.
        </p>
      )}
    </>
  );
}

export function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <div className="note is-red">
      {problems.map((each) => (
        <p key={each}>{each}</p>
      ))}
    </div>
  );
}

/** Where records of several partitions were read: how much of the topic that is. */
export function mergedSentence(slice: MergedSlice, shown: number): string {
  const { partitions, held, records } = slice;
  if (held === 0 && slice.problems.length === 0)
    return partitions === 1 ? "The partition is empty." : `All ${count(partitions)} partitions are empty.`;
  return `${count(shown)} of ${count(records.length)} read match; the ${count(partitions)} partitions hold ${count(held)} offsets.`;
}

export function CopyRows({ records }: { records: readonly Message[] }) {
  const [copied, setCopied] = useState<readonly Message[] | null>(null);
  const isCopied = copied !== null && copied === records;
  return (
    <button
      type="button"
      disabled={records.length === 0}
      onClick={() => void navigator.clipboard.writeText(tableOf(records)).then(() => setCopied(records))}
    >
      <span aria-live="polite">{isCopied ? `Copied ${count(records.length)}` : `Copy ${count(records.length)}`}</span>
      {isCopied ? "" : " as a table"}
    </button>
  );
}
