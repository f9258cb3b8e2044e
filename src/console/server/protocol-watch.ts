import { Failure } from "../../cluster/failure.js";
import type { PartitionView } from "../story/event.js";
import type { Told } from "./feed.js";
import { partitionView } from "./partition-view.js";
import type { Target } from "./target.js";

const EVERY_MS = 250;

/**
 * For brokers without an event feed: asks again and again what the protocol tells, and tells what changed. Every event says so by
 * `via: "protocol"`: its time is that of the answer, not of the change.
 */
export class ProtocolWatch {
  private readonly target: Target;
  private readonly tell: (event: Told) => void;
  private topics: readonly string[] = [];
  private readonly last = new Map<string, PartitionView>();
  private changes = 0;
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(target: Target, tell: (event: Told) => void) {
    this.target = target;
    this.tell = tell;
    void this.round();
  }

  watch(topics: readonly string[]): void {
    this.topics = topics;
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async round(): Promise<void> {
    for (const topic of this.topics) {
      try {
        const view = await this.target.ask((admin) => partitionView(admin, topic, 0));
        if (this.isClosed) return;
        this.compare(view, this.last.get(topic));
        this.last.set(topic, view);
      } catch (error) {
        // Not created yet, or nobody answers now.
        if (!(error instanceof Failure)) throw error;
      }
    }
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.round(), EVERY_MS);
    this.timer.unref();
  }

  private compare(view: PartitionView, before: PartitionView | undefined): void {
    if (before === undefined) return;
    const { topic, partition, epoch, isr } = view;
    const leader = view.leader ?? -1;
    const broker = leader;
    const detail = { via: "protocol" };
    const place = { topic, partition, epoch, leader, broker };
    if (before.leader !== view.leader || before.epoch !== epoch) {
      const numbered = { ...detail, partitionEpoch: ++this.changes };
      this.tell({ ...place, kind: "leader", isr, detail: numbered });
    }
    if (before.isr.join() !== isr.join()) {
      this.tell({ ...place, kind: "isr", isr, detail: { ...detail, partitionEpoch: ++this.changes } });
    }
    if (before.elr.join() !== view.elr.join()) {
      const elr = view.elr.join();
      this.tell({ ...place, kind: "elr", detail: { ...detail, elr, partitionEpoch: ++this.changes } });
    }
    for (const [id, end] of Object.entries(view.ends)) {
      if (before.ends[id] === end) continue;
      const kind = Number(id) === leader ? "appended" : "replica-appended";
      // `appended` names the first offset, `replica-appended` the end.
      const from = before.ends[id] ?? end;
      const records = end - from;
      if (kind === "appended") {
        if (records > 0) this.tell({ ...place, kind, offset: from, detail: { ...detail, records } });
      } else this.tell({ ...place, broker: Number(id), kind, offset: end, detail: { ...detail, from } });
    }
    if (before.highWatermark !== view.highWatermark && view.highWatermark >= 0) {
      const hw = view.highWatermark;
      this.tell({ ...place, kind: "high-watermark", offset: hw, hw, detail });
    }
  }
}
