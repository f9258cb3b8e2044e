import { type ShadowBatch, ShadowLog, sameBatch } from "./shadow-log.js";
import { Violation } from "./violation.js";

/** Remembers, for a (base offset, epoch), the bytes and what came before them. */
interface Seen {
  readonly last: number;
  readonly crc: number;
  readonly previousBase: number;
  readonly previousEpoch: number;
}

/**
 * The truth about one partition (or about the metadata log): the batches below the true high watermark, and each replica's
 * shadow. Every method is told what a replica did and throws a Violation when it must not have done it.
 */
export class PartitionChecker {
  readonly name: string;
  readonly shadows: Map<number, ShadowLog>;
  /** Committed batches, contiguous from `truthStart`. */
  readonly truth: ShadowLog;
  /** Past the last offset that a legitimate leader called committed. */
  trueHighWatermark: number;
  /** The partition may lose records: a fault went beyond what is promised for its replication. */
  tainted: boolean;
  private readonly seen: Map<string, Seen>;
  private readonly appenders: Map<number, number>;
  truncations: number;
  private cutsChecked: number;

  constructor(name: string) {
    this.name = name;
    this.shadows = new Map();
    this.truth = new ShadowLog(0);
    this.trueHighWatermark = 0;
    this.tainted = false;
    this.seen = new Map();
    this.appenders = new Map();
    this.truncations = 0;
    this.cutsChecked = -1;
  }

  shadow(node: number): ShadowLog {
    let shadow = this.shadows.get(node);
    if (shadow === undefined) {
      shadow = new ShadowLog(node);
      this.shadows.set(node, shadow);
    }
    return shadow;
  }

  /** A replica put a batch at its end; `asLeader` when it was this one that gave it its offsets. */
  onAppend(node: number, batch: ShadowBatch, asLeader: boolean): void {
    const shadow = this.shadow(node);
    if (batch.base !== shadow.end) {
      this.fail(12, `node ${node} appended offset ${batch.base} where its log ended at ${shadow.end}`);
    }
    const previous = shadow.batches.length === 0 ? null : shadow.batches[shadow.batches.length - 1];
    if (previous !== null && batch.epoch < previous.epoch) {
      this.fail(7, `node ${node} appended offset ${batch.base} of epoch ${batch.epoch} after epoch ${previous.epoch}`);
    }
    if (asLeader) this.checkAppender(node, batch);
    this.checkSeen(node, batch, previous);
    shadow.append(batch);
  }

  private checkAppender(node: number, batch: ShadowBatch): void {
    const appender = this.appenders.get(batch.epoch);
    if (appender === undefined) this.appenders.set(batch.epoch, node);
    else if (appender !== node) {
      this.fail(6, `nodes ${appender} and ${node} both appended as leaders of epoch ${batch.epoch}`);
    }
  }

  private checkSeen(node: number, batch: ShadowBatch, previous: ShadowBatch | null): void {
    const key = `${batch.base}/${batch.epoch}`;
    const seen = this.seen.get(key);
    if (seen === undefined) {
      this.seen.set(key, {
        last: batch.last,
        crc: batch.crc,
        previousBase: previous === null ? -1 : previous.base,
        previousEpoch: previous === null ? -1 : previous.epoch,
      });
      return;
    }
    if (seen.crc !== batch.crc || seen.last !== batch.last) {
      this.fail(5, `node ${node} has other bytes than another replica at offset ${batch.base} of epoch ${batch.epoch}`);
    }
    if (previous !== null && seen.previousBase >= 0) {
      if (seen.previousBase !== previous.base || seen.previousEpoch !== previous.epoch) {
        this.fail(
          5,
          `before offset ${batch.base} of epoch ${batch.epoch} node ${node} has epoch ${previous.epoch} at ${previous.base}, ` +
            `another replica had epoch ${seen.previousEpoch} at ${seen.previousBase}`,
        );
      }
    }
  }

  onTruncate(node: number, offset: number, why: "truncate" | "refetch" | "restart"): void {
    const shadow = this.shadow(node);
    if (offset >= shadow.end) return;
    this.truncations++;
    if (why === "truncate" && !this.tainted) this.checkCut(shadow, offset);
    shadow.truncate(offset);
  }

  /** What goes must not be committed. Records that differ from the committed ones may go, of course. */
  private checkCut(shadow: ShadowLog, offset: number): void {
    if (offset >= this.trueHighWatermark) return;
    const mine = shadow.find(Math.max(offset, this.truth.start));
    if (mine === null) return;
    const committed = this.truth.find(mine.base);
    if (committed !== null && sameBatch(mine, committed)) {
      this.fail(
        9,
        `node ${shadow.node} truncated to ${offset} though the committed record at ${mine.base} (epoch ${mine.epoch}) was right; ` +
          `the true high watermark is ${this.trueHighWatermark}`,
      );
    }
  }

  /**
   * A leader moved its high watermark to `offset`. `counted` are those whose ends it must have counted (the maximal ISR
   * and the leader itself); `durable` asks that they have it fsynced.
   */
  onLeaderHighWatermark(
    node: number,
    offset: number,
    epoch: number,
    counted: Iterable<number>,
    durable: boolean,
  ): void {
    const leader = this.shadow(node);
    if (offset > leader.end) this.fail(8, `leader ${node} has high watermark ${offset} beyond its end ${leader.end}`);
    if (offset <= this.trueHighWatermark || this.tainted) return;
    for (const member of counted) {
      const shadow = this.shadow(member);
      if (shadow.end < offset) {
        this.fail(
          8,
          `leader ${node} of epoch ${epoch} moved its high watermark to ${offset}, but ISR member ${member} ends at ${shadow.end}`,
        );
      }
      if (shadow.written < offset) {
        this.fail(
          8,
          `high watermark ${offset} of leader ${node}: ISR member ${member} has written only ${shadow.written}`,
        );
      }
      if (durable && shadow.flushed < offset) {
        this.fail(
          13,
          `high watermark ${offset} of leader ${node}: member ${member} has fsynced only ${shadow.flushed}`,
        );
      }
      if (member !== node) this.checkAgreement(leader, shadow, offset);
    }
    this.commit(leader, offset);
  }

  private checkAgreement(leader: ShadowLog, member: ShadowLog, to: number): void {
    let offset = Math.max(this.trueHighWatermark, leader.start, member.start);
    while (offset < to) {
      const mine = leader.find(offset);
      const theirs = member.find(offset);
      if (mine === null || theirs === null) break;
      if (!sameBatch(mine, theirs)) {
        this.fail(
          3,
          `at offset ${mine.base}, below the high watermark ${to}, leader ${leader.node} has epoch ${mine.epoch} and ISR member ` +
            `${member.node} has epoch ${theirs.epoch}`,
        );
      }
      offset = mine.last + 1;
    }
  }

  /** Takes the leader's batches up to `offset` into the truth. */
  commit(leader: ShadowLog, offset: number): void {
    let at = this.trueHighWatermark;
    if (at < leader.start) {
      this.truth.restartAt(leader.start);
      at = leader.start;
    }
    let index = leader.indexOf(at);
    while (at < offset && index >= 0 && index < leader.batches.length) {
      const batch = leader.batches[index++];
      if (batch.base >= this.truth.end) this.truth.append(batch);
      at = batch.last + 1;
    }
    this.trueHighWatermark = offset;
  }

  /** A replica that follows moved its high watermark: what is below it must be what was committed. */
  onFollowerHighWatermark(node: number, from: number, to: number): void {
    if (this.tainted) return;
    if (to > this.trueHighWatermark) {
      this.fail(8, `follower ${node} has high watermark ${to}, beyond the true one ${this.trueHighWatermark}`);
    }
    this.checkCommitted(this.shadow(node), from, to, 10, "follows with a high watermark over");
  }

  /** A replica was elected: it must have all that was committed. */
  onLeader(node: number, epoch: number): void {
    if (this.tainted) return;
    const shadow = this.shadow(node);
    if (shadow.end < this.trueHighWatermark) {
      this.fail(
        1,
        `node ${node} leads epoch ${epoch} with end ${shadow.end}, below the true high watermark ${this.trueHighWatermark}`,
      );
    }
    this.checkCommitted(shadow, shadow.start, this.trueHighWatermark, 1, `leads epoch ${epoch} with`);
  }

  private checkCommitted(shadow: ShadowLog, from: number, to: number, invariant: number, how: string): void {
    const truth = this.truth;
    let offset = Math.max(from, shadow.start, truth.start);
    let mine = shadow.indexOf(offset);
    let theirs = truth.indexOf(offset);
    while (offset < to && mine >= 0 && theirs >= 0 && mine < shadow.batches.length && theirs < truth.batches.length) {
      const a = shadow.batches[mine++];
      const b = truth.batches[theirs++];
      if (!sameBatch(a, b)) {
        this.fail(
          invariant,
          `node ${shadow.node} ${how} a record that was not committed: offset ${a.base} of epoch ${a.epoch}, committed was ${b.base} of epoch ${b.epoch}`,
        );
      }
      offset = a.last + 1;
    }
  }

  /** A running member of the controller's ISR or ELR. */
  onMember(node: number, invariant: 2 | 11 | 15, what: string): void {
    if (this.tainted) return;
    const shadow = this.shadow(node);
    if (shadow.end < this.trueHighWatermark) {
      this.fail(
        invariant,
        `node ${node} ${what} with end ${shadow.end}, below the true high watermark ${this.trueHighWatermark}`,
      );
    }
  }

  /** Every committed record above the least log start is on some replica's log, running or not. */
  checkExistence(): void {
    if (this.tainted) return;
    let start = Number.POSITIVE_INFINITY;
    let cuts = 0;
    for (const shadow of this.shadows.values()) {
      start = Math.min(start, shadow.start);
      cuts += shadow.cuts;
    }
    // What is committed is on the leader that committed it; it can only go when a log loses something.
    if (cuts === this.cutsChecked) return;
    this.cutsChecked = cuts;
    for (let i = this.truth.batches.length - 1; i >= 0; i--) {
      const batch = this.truth.batches[i];
      if (batch.base < start) break;
      let found = false;
      for (const shadow of this.shadows.values()) {
        const copy = shadow.find(batch.base);
        if (batch.base < shadow.start || (copy !== null && sameBatch(copy, batch))) {
          found = true;
          break;
        }
      }
      if (!found) this.fail(4, `the committed record at ${batch.base} of epoch ${batch.epoch} is on no broker`);
    }
  }

  fail(invariant: number, message: string): never {
    throw new Violation(invariant, `${this.name}: ${message}`);
  }
}
