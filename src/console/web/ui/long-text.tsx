import { useRef, useState } from "react";

const LINE_PX = 20;
const LINE_CHARS = 160;
const DUMP_BYTES = 16;
const VIEW_LINES = 20;
const VIEW_PX = VIEW_LINES * LINE_PX;
/** Browsers make nothing higher than some thirty million pixels. */
const HEIGHT_MAX_PX = 15_000_000;

/** Lines of which only those in sight are in the document: a text of twenty megabytes opens as a short one does. */
export interface Lines {
  readonly count: number;
  at(index: number): string;
}

/** The text's own lines, long ones broken. */
export function textLines(text: string): Lines {
  const starts = [0];
  // Looked for once only: a text may have none for megabytes.
  let newline = text.indexOf("\n");
  for (let at = 0; ; ) {
    if (newline >= 0 && newline < at) newline = text.indexOf("\n", at);
    at = newline >= 0 && newline - at < LINE_CHARS ? newline + 1 : at + LINE_CHARS;
    if (at >= text.length) break;
    starts.push(at);
  }
  return {
    count: starts.length,
    at: (index) => text.slice(starts[index], starts[index + 1] ?? text.length).replace(/\n$/, ""),
  };
}

/** Sixteen bytes a line: where, what, and as text. */
export function dumpLines(bytes: Uint8Array): Lines {
  return {
    count: Math.max(1, Math.ceil(bytes.length / DUMP_BYTES)),
    at: (index) => {
      const part = [...bytes.subarray(index * DUMP_BYTES, (index + 1) * DUMP_BYTES)];
      const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
      const text = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
      return `${(index * DUMP_BYTES).toString(16).padStart(8, "0")}  ${hex.padEnd(DUMP_BYTES * 3)} ${text}`;
    },
  };
}

export function LongText({ lines, label }: { lines: Lines; label: string }) {
  const scroller = useRef<HTMLElement>(null);
  const [top, setTop] = useState(0);
  // A line more than there are, for the bar that scrolls sideways.
  const view = Math.min(VIEW_PX, (lines.count + 1) * LINE_PX);
  const height = Math.min(HEIGHT_MAX_PX, lines.count * LINE_PX);
  const last = Math.max(0, lines.count - VIEW_LINES);
  // In proportion: a place may be too low for as many lines as there are.
  const first = Math.min(last, Math.round((top / Math.max(1, height - VIEW_PX)) * last));
  const shown: string[] = [];
  for (let index = first; index < Math.min(lines.count, first + VIEW_LINES + 1); index++) shown.push(lines.at(index));
  return (
    <section
      ref={scroller}
      className="long-text mono"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls with the arrow keys
      tabIndex={0}
      style={{ height: view }}
      onScroll={() => setTop(scroller.current?.scrollTop ?? 0)}
    >
      <div style={{ height }}>
        <pre>{shown.join("\n")}</pre>
      </div>
    </section>
  );
}
