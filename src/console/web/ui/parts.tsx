import { type ReactNode, useEffect, useRef, useState } from "react";
import { ApiError } from "./api";
import { colourOf } from "./theme";

export function ErrorNote({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const advice = error instanceof ApiError ? error.advice : "";
  return (
    <div className="note is-red" role="alert">
      <strong>{error instanceof Error ? error.message : String(error)}</strong>
      {advice === "" ? null : <span> {advice}</span>}
    </div>
  );
}

/** What was refused about one field, to stand beside it. `id`: what the field names by aria-describedby. */
export function FieldError({ id, error }: { id: string; error: ApiError | null }) {
  return error === null ? null : (
    <span className="field-error" role="alert" id={id}>
      {error.message} {error.advice}
    </span>
  );
}

/** The error when it is about one of these fields. */
export function errorOf(error: unknown, ...fields: readonly string[]): ApiError | null {
  return error instanceof ApiError && error.field !== null && fields.includes(error.field) ? error : null;
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      <span className="loading-bar" aria-hidden="true" />
      Asking for {what} …
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A broker by colour, shape and number. */
export function BrokerTag({ id, children }: { id: number; children?: ReactNode }) {
  return (
    <span className="broker-tag">
      <Glyph id={id} />
      {id < 0 ? "none" : id}
      {children}
    </span>
  );
}

export function Glyph({ id }: { id: number }) {
  const fill = id < 0 ? "none" : colourOf(id);
  return (
    <svg viewBox="0 0 12 12" className="glyph" aria-hidden="true">
      {id % 3 === 1 ? <rect x="1.5" y="1.5" width="9" height="9" rx="1.5" fill={fill} /> : null}
      {id % 3 === 2 ? <circle cx="6" cy="6" r="5" fill={fill} /> : null}
      {id % 3 === 0 ? <path d="M6 .8 11.4 11H.6Z" fill={fill} /> : null}
    </svg>
  );
}

export function Copy({ text, label }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className="copy"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setCopied(true));
      }}
    >
      <code>{label ?? text}</code>
      <span className="copy-hint" aria-live="polite">
        {copied ? "copied" : "copy"}
      </span>
    </button>
  );
}

/** A modal dialog of the platform: it keeps the focus and closes with Escape by itself. */
export function Dialog({ title, onClose, children }: { title: string; onClose(): void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose} className="dialog">
      <header>
        <h2>{title}</h2>
        <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface DialogFormProps {
  readonly title: string;
  readonly action: string;
  readonly isDanger?: boolean;
  /** What was typed is not enough yet. */
  readonly isIncomplete?: boolean;
  readonly work: {
    readonly isPending: boolean;
    readonly error: unknown;
    mutate(): void;
  };
  onClose(): void;
  readonly children: ReactNode;
}

/** A dialog that asks for something and does one thing; what is refused is told in it, and what was typed stays. */
export function DialogForm({ title, action, isDanger, isIncomplete, work, onClose, children }: DialogFormProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          work.mutate();
        }}
      >
        {children}
        <ErrorNote error={work.error} />
        <button
          type="submit"
          className={isDanger ? "danger" : "primary"}
          disabled={work.isPending || isIncomplete === true}
        >
          {work.isPending ? "Working …" : action}
        </button>
      </form>
    </Dialog>
  );
}

/** What stands above a list: how many there are, and a field that finds some of them. */
export function Finder({ value, onChange }: { value: string; onChange(value: string): void }) {
  return (
    <label className="field">
      <span>Find</span>
      <input type="search" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

export function bytesText(bytes: number): string {
  if (bytes < 0) return "unknown";
  if (bytes < 1024) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** ms since 1970, as a clock of this place shows them. */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString("en", { hour12: false });
}

export function count(value: number): string {
  return value < 0 ? "–" : value.toLocaleString("en");
}

/** What may be wider or longer than its place; reachable by keyboard, since it scrolls. */
export function Scroller({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls with the arrow keys
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
