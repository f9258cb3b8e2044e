import type { ConsoleEvent, StoryBase } from "../../story/event";
import type { SavedRun } from "../../story/run-file";
import { Story } from "../../story/story";
import { ask, command } from "../ui/api";

/** The partition that a page tells of, and where: in the cluster, or in the scratch cluster beside it. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly isScratch: boolean;
}

export type FeedState = "connecting" | "live" | "lost" | "file";

/** Longest time that slow motion holds one event back, ms. */
const HOLD_MAX_MS = 650;
const SLOWER = 500;
/** Gaps longer than this were seen by the eye already. */
const FAST_NS = 40e6;
const KEPT_MAX = 6000;

/** The events of the page and what they made of the story; told to the components by a version number. */
export class StoryStore {
  place: Place = { topic: "", partition: 0, isScratch: false };
  base: StoryBase | null = null;
  story: Story | null = null;
  events: ConsoleEvent[] = [];
  feed: FeedState = "connecting";
  /** The event up to which is shown; null: live. */
  cursor: number | null = null;
  isPaused = false;
  slow = true;
  /** What slow motion does just now, as text; "": nothing. */
  slowed = "";
  problem: unknown = null;
  version = 0;
  private waiting: ConsoleEvent[] = [];
  private lastShown: ConsoleEvent | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private source: EventSource | null = null;
  private opened = 0;
  private frame = 0;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getVersion = (): number => this.version;

  get topic(): string {
    return this.place.topic;
  }

  get partition(): number {
    return this.place.partition;
  }

  /** A question to the cluster that is shown. */
  ask<T>(path: string): Promise<T> {
    return ask<T>(this.prefix + path);
  }

  command<T>(path: string, body: unknown): Promise<T> {
    return command<T>(this.prefix + path, body);
  }

  private get prefix(): string {
    return this.place.isScratch ? "/scratch" : "";
  }

  /** Begins to watch a partition: the truth of the protocol first, then each event. */
  async open(place: Place): Promise<void> {
    const turn = ++this.opened;
    this.close();
    const { topic, partition } = place;
    this.place = place;
    this.feed = "connecting";
    this.changed();
    try {
      const base = await this.ask<StoryBase>(`/api/story?topic=${encodeURIComponent(topic)}&partition=${partition}`);
      if (turn !== this.opened) return;
      this.start(base, topic, partition);
      this.problem = null;
      this.listen(base.seq);
    } catch (error) {
      if (turn !== this.opened) return;
      this.problem = error;
      this.feed = "lost";
      this.changed();
      setTimeout(() => {
        if (turn === this.opened) void this.open(place);
      }, 2000);
    }
  }

  close(): void {
    this.source?.close();
    this.source = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = [];
  }

  /** Shows a run out of a file instead of the cluster. */
  load(saved: SavedRun): void {
    this.opened++;
    this.close();
    this.start(saved.base, saved.topic, saved.partition);
    this.place = { topic: saved.topic, partition: saved.partition, isScratch: false };
    this.feed = "file";
    this.slow = false;
    for (const event of saved.events) this.show(event);
    this.changed();
  }

  save(): SavedRun | null {
    const { base, topic, partition } = this;
    if (base === null) return null;
    return { format: "holdfast-run", version: 1, topic, partition, base, events: this.events };
  }

  /** Resolves when the stream is up, or after three seconds. */
  async untilLive(): Promise<boolean> {
    for (let waited = 0; waited < 3000 && this.feed !== "live"; waited += 20)
      await new Promise((done) => setTimeout(done, 20));
    return this.feed === "live";
  }

  pause(on: boolean): void {
    this.isPaused = on;
    if (!on && this.cursor === null) this.release();
    this.changed();
  }

  /** Shows the story as it was after the event; null: live again. */
  scrub(seq: number | null): void {
    this.cursor = seq;
    const { base } = this;
    if (base === null) return;
    if (seq === null) this.isPaused = false;
    const upTo = seq ?? Number.POSITIVE_INFINITY;
    const story = new Story(base, this.topic, this.partition);
    for (const event of this.events) if (event.seq <= upTo) story.apply(event);
    this.story = story;
    if (seq === null) this.release();
    this.changed();
  }

  step(by: number): void {
    const at =
      this.cursor === null ? this.events.length - 1 : this.events.findIndex((each) => each.seq === this.cursor);
    const next = this.events[Math.max(0, at + by)];
    if (next !== undefined) this.scrub(next.seq);
    else if (by > 0) this.scrub(null);
  }

  private start(base: StoryBase, topic: string, partition: number): void {
    this.base = base;
    this.events = [];
    this.cursor = null;
    this.isPaused = false;
    this.lastShown = null;
    this.story = new Story(base, topic, partition);
    this.changed();
  }

  private listen(since: number): void {
    const { topic, partition } = this;
    const query = `topic=${encodeURIComponent(topic)}&partition=${partition}&since=${since}`;
    const source = new EventSource(`${this.prefix}/api/events?${query}`);
    this.source = source;
    source.addEventListener("hello", () => {
      this.feed = "live";
      this.changed();
    });
    source.onmessage = (message) => this.receive(JSON.parse(message.data as string) as ConsoleEvent);
    source.onerror = () => {
      this.feed = "lost";
      this.changed();
      // A refusal is final for the browser; the server may still come back.
      if (source.readyState !== EventSource.CLOSED || this.source !== source) return;
      setTimeout(() => {
        if (this.source === source) void this.open(this.place);
      }, 1000);
    };
  }

  private receive(event: ConsoleEvent): void {
    this.waiting.push(event);
    if (this.timer === null) this.release();
  }

  private release(): void {
    while (this.waiting.length > 0 && !this.isPaused && this.timer === null) {
      const [next] = this.waiting;
      const hold = this.holdOf(next);
      if (hold > 0) {
        this.timer = setTimeout(() => {
          this.timer = null;
          this.showNext();
          this.release();
        }, hold);
        break;
      }
      this.showNext();
    }
    if (this.waiting.length === 0 && this.slowed !== "") {
      this.slowed = "";
      this.changed();
    }
  }

  private showNext(): void {
    const event = this.waiting.shift();
    if (event !== undefined) this.show(event);
  }

  private holdOf(next: ConsoleEvent): number {
    if (!this.slow || this.lastShown === null || this.waiting.length > 80) return 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return 0;
    if (next.topic !== this.topic) return 0;
    const apart = next.tNs - this.lastShown.tNs;
    if (apart <= 0 || apart > FAST_NS) return 0;
    this.slowed = `${(apart / 1e6).toFixed(2)} ms, shown ${SLOWER}× slower`;
    return Math.min(HOLD_MAX_MS, (apart / 1e6) * SLOWER);
  }

  private show(event: ConsoleEvent): void {
    this.lastShown = event;
    this.events.push(event);
    if (this.events.length > KEPT_MAX * 2) this.events = this.events.slice(-KEPT_MAX);
    if (this.cursor === null) this.story?.apply(event);
    this.changed();
  }

  private changed(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.version++;
      for (const listener of this.listeners) listener();
    });
  }
}
