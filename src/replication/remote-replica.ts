/** What a leader knows of one of its followers, from the follower's fetches. */
export class RemoteReplica {
  readonly brokerId: number;
  /** What the follower has and will not lose, exclusive; −1 while it has not fetched in this leader's epoch. */
  endOffset: number;
  logStartOffset: number;
  /** Last time at which it had all that the leader had; loop stalls do not count (`ReplicaManager.activeMs`). */
  lastCaughtUpMs: number;
  lastFetchMs: number;
  /** The leader's end when the follower fetched last. */
  lastFetchLeaderEnd: number;
  /** With which it fetched last; −1 when it did not tell. */
  brokerEpoch: number;
  /** In the ISR, or about to be: the high watermark must not pass it. */
  inMaximalIsr: boolean;
  /** The high watermark that it was told last. */
  sentHighWatermark: number;

  constructor(brokerId: number) {
    this.brokerId = brokerId;
    this.endOffset = -1;
    this.logStartOffset = -1;
    this.lastCaughtUpMs = 0;
    this.lastFetchMs = 0;
    this.lastFetchLeaderEnd = 0;
    this.brokerEpoch = -1;
    this.inMaximalIsr = false;
    this.sentHighWatermark = -1;
  }

  /** A new leader epoch: nothing is known, but that members of the ISR were in sync a moment ago. */
  reset(nowMs: number, isInSync: boolean): void {
    this.endOffset = -1;
    this.logStartOffset = -1;
    this.lastCaughtUpMs = isInSync ? nowMs : Number.NEGATIVE_INFINITY;
    this.lastFetchMs = isInSync ? nowMs : Number.NEGATIVE_INFINITY;
    this.lastFetchLeaderEnd = 0;
    this.sentHighWatermark = -1;
  }

  onFetch(offset: number, logStartOffset: number, brokerEpoch: number, leaderEnd: number, nowMs: number): void {
    if (offset >= leaderEnd) this.lastCaughtUpMs = Math.max(this.lastCaughtUpMs, nowMs);
    else if (offset >= this.lastFetchLeaderEnd) this.lastCaughtUpMs = Math.max(this.lastCaughtUpMs, this.lastFetchMs);
    this.endOffset = offset;
    this.logStartOffset = logStartOffset;
    this.brokerEpoch = brokerEpoch;
    this.lastFetchMs = nowMs;
    this.lastFetchLeaderEnd = leaderEnd;
  }

  isCaughtUp(leaderEnd: number, nowMs: number, lagMaxMs: number): boolean {
    return this.endOffset === leaderEnd || nowMs - this.lastCaughtUpMs <= lagMaxMs;
  }
}
