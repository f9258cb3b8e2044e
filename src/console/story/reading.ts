import type { ConsoleEvent } from "./event.js";
import { hex } from "./parts.js";
import type { Story } from "./story.js";

const AMID = "Delivered although a broker is down";
const CRC = "CRC of the value";

/** What the page's reader got: the fourth row, and the last two stations. */
export class Reading {
  /** What the reader got has another CRC than what was sent. */
  isDamaged = false;
  private readonly story: Story;
  private damagedNs = -1;
  /** A commit that was heard before the fetch that it follows. */
  private commit: ConsoleEvent | null = null;

  constructor(story: Story) {
    this.story = story;
  }

  clear(): void {
    this.isDamaged = false;
    this.commit = null;
  }

  /** It is to be read once more. */
  again(): void {
    this.commit = null;
  }

  onFetched(event: ConsoleEvent): void {
    const { story } = this;
    const { run, board } = story;
    if (run === null || run.offset === null || event.peer !== undefined) return;
    const covers = (event.offset ?? 0) <= run.offset && Number(event.detail?.to ?? -1) > run.offset;
    if (!covers || event.detail?.client !== `holdfast-reader-${run.id}`) return;
    // The brokers' answer may be heard after what the reader made of it.
    if (event.tNs > this.damagedNs) this.isDamaged = false;
    board.light(5, this.isDamaged ? "red" : "lit", event, `from broker ${event.broker}`);
    const told = board.rows[3].evidence.filter((each) => each.label === CRC);
    story.fill(3, "lit", event, "Message available", story.down.length > 0 ? AMID : "Delivered", [
      { label: "Served by", value: `broker ${event.broker}` },
      { label: "Record", value: `${story.topic}-${story.partition}@${run.offset}` },
      ...(event.hw === undefined ? [] : [{ label: "High watermark", value: String(event.hw) }]),
      ...(event.detail?.via === "protocol" ? [{ label: "Known by", value: "the broker's answer" }] : []),
      ...told,
    ]);
    if (this.isDamaged) this.onDamaged(event);
    story.track(3);
    if (this.commit !== null) this.onCommitted(this.commit);
  }

  onRead(event: ConsoleEvent): void {
    const { story } = this;
    const { run, board } = story;
    if (run === null || event.detail?.run !== run.id) return;
    if (event.detail.failed === true) {
      const evidence = [{ label: "Answer", value: event.cause ?? "" }];
      board.light(5, "red", event, "nothing came");
      story.fill(3, "red", event, "Unavailable", "The reader got nothing", evidence);
      story.track(3);
      return;
    }
    const { crc, equal } = event.detail;
    board.note(3, CRC, `${hex(Number(crc))}, ${equal === true ? "equal to what was sent" : "NOT what was sent"}`);
    if (equal !== false) return;
    this.isDamaged = true;
    this.damagedNs = event.tNs;
    if (board.rows[3].light === "dark") return;
    this.onDamaged(event);
    story.track(3);
  }

  onCommitted(event: ConsoleEvent): void {
    const { run, board } = this.story;
    if (run === null || run.offset === null || (event.offset ?? -1) <= run.offset) return;
    if (event.detail?.group !== "breakdown-reader") return;
    this.commit = event;
    if (board.rows[3].light === "dark") return;
    if (this.isDamaged) board.light(6, "red", event, "other bytes");
    else board.light(6, "lit", event, `position ${event.offset} committed`);
  }

  private onDamaged(event: ConsoleEvent): void {
    const { rows, stations } = this.story.board;
    Object.assign(rows[3], { light: "red", message: "Damaged", result: "Delivered, but not what was sent" });
    for (const index of [5, 6])
      if (stations[index].light !== "dark") this.story.board.light(index, "red", event, "other bytes");
  }
}
