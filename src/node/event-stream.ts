import type { IncomingMessage, ServerResponse } from "node:http";
import type { BrokerEvent, EventFeed, EventSubscriber } from "../base/events.js";
import type { Timer, Timers } from "../ports/index.js";
import type { EventClock } from "./event-clock.js";

const CLOCK_HEADER = "Holdfast-Clock";

/** Events that are kept for a watcher who comes back with the id of the last one that it saw. */
const KEPT_MAX = 4096;
/** After the last watcher left, events are kept this long, ms; then the feed costs nothing again. */
const KEEP_MS = 60_000;
/** Bytes that may wait for one watcher; a slower one is cut off and may come back for what is kept. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

/**
 * What happens, as server-sent events: `id` is a running number, `event` the kind, `data` the event as JSON with `tNs`, the
 * time of it by the clock that the answer's header names: only times of one clock can be compared as they are.
 */
export class EventStream implements EventSubscriber {
  private readonly feed: EventFeed;
  private readonly timers: Timers;
  private readonly clock: EventClock;
  private readonly watchers: Set<ServerResponse>;
  /** Events by number modulo their count; the newest is `sequence`. */
  private kept: string[];
  private sequence: number;
  private isSubscribed: boolean;
  private idle: Timer | null;

  constructor(feed: EventFeed, timers: Timers, clock: EventClock) {
    this.feed = feed;
    this.timers = timers;
    this.clock = clock;
    this.watchers = new Set();
    this.kept = [];
    this.sequence = 0;
    this.isSubscribed = false;
    this.idle = null;
  }

  /** `clockId`: as `clock` names itself in this cluster. */
  serve(request: IncomingMessage, response: ServerResponse, clockId: string): void {
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store",
      Connection: "keep-alive",
      [CLOCK_HEADER]: clockId,
    });
    this.idle?.cancel();
    this.idle = null;
    if (!this.isSubscribed) {
      this.isSubscribed = true;
      this.feed.subscribe(this);
    }
    const last = Number(request.headers["last-event-id"] ?? Number.NaN);
    response.write(": events of one broker\n\n");
    if (Number.isSafeInteger(last)) this.replay(response, last);
    this.watchers.add(response);
    response.once("close", () => this.left(response));
  }

  onEvent(event: BrokerEvent): void {
    const { kind, ...rest } = event;
    const text = `id: ${++this.sequence}\nevent: ${kind}\ndata: ${JSON.stringify({ kind, tNs: this.clock.nowNs(), ...rest })}\n\n`;
    this.kept[this.sequence % KEPT_MAX] = text;
    for (const watcher of this.watchers) {
      watcher.write(text);
      if (watcher.writableLength > WAITING_BYTES_MAX) watcher.destroy();
    }
  }

  close(): void {
    this.idle?.cancel();
    for (const watcher of this.watchers) watcher.destroy();
    if (this.isSubscribed) this.feed.unsubscribe(this);
    this.isSubscribed = false;
  }

  /** What came after `last`, as far as it is kept; a gap is told by an event of its own. */
  private replay(response: ServerResponse, last: number): void {
    const oldest = Math.max(1, this.sequence - KEPT_MAX + 1);
    // A number from before a restart is above ours, or names something else: from what is kept, then.
    const from = last >= 0 && last <= this.sequence ? last + 1 : oldest;
    if (from < oldest || last > this.sequence) {
      response.write(`event: gap\ndata: ${JSON.stringify({ after: last, next: Math.max(from, oldest) })}\n\n`);
    }
    for (let at = Math.max(from, oldest); at <= this.sequence; at++) response.write(this.kept[at % KEPT_MAX]);
  }

  private left(response: ServerResponse): void {
    this.watchers.delete(response);
    if (this.watchers.size > 0 || !this.isSubscribed) return;
    this.idle?.cancel();
    this.idle = this.timers.schedule(KEEP_MS, { onTimer: () => this.forget() });
  }

  private forget(): void {
    this.idle = null;
    this.isSubscribed = false;
    this.feed.unsubscribe(this);
    this.kept = [];
  }
}
