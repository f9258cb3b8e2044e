import { Board } from "./board.js";
import type { ConsoleEvent, StoryBase } from "./event.js";
import { Journey } from "./journey.js";
import {
  brokerNames,
  type Evidence,
  type Fault,
  type Gap,
  ids,
  type Lane,
  type Light,
  list,
  ms,
  type Run,
  TRACKED,
} from "./parts.js";
import { Reading } from "./reading.js";
import { Returns } from "./returns.js";
import { sentenceOf } from "./sentences.js";

/**
 * The story of one record on one partition, told by events alone: nothing here knows a clock or a timer, so that the same events
 * always give the same page, live, scrubbed back to, or out of a file.
 */
export class Story {
  readonly topic: string;
  readonly partition: number;
  readonly base: StoryBase;
  readonly lanes = new Map<number, Lane>();
  readonly board = new Board();
  readonly stations = this.board.stations;
  readonly rows = this.board.rows;
  readonly tracker = this.board.tracker;
  readonly transcript: { seq: number; text: string }[] = [];
  readonly journey = new Journey();
  leader: number;
  epoch: number;
  isr: readonly number[];
  elr: readonly number[];
  replicas: readonly number[];
  hw: number;
  /** The topic's `min.insync.replicas`; −1 unknown. */
  minInsync: number;
  run: Run | null = null;
  /** In this failure no broker was left. */
  wasAllDown = false;
  /** How the record was lost, as text; null: it was not. */
  loss: string | null = null;
  fault: Fault | null = null;
  gap: Gap | null = null;
  seq = 0;
  private partitionEpoch = -1;
  /** Before the last change: brokers are heard one by one, so that a change may be heard before its reason. */
  private previous: {
    readonly leader: number;
    readonly epoch: number;
    readonly isr: readonly number[];
    tNs: number;
  } | null = null;
  /** Brokers that have nothing of the cluster since their disks were emptied. */
  private readonly wiped = new Set<number>();
  private isrCause = "";
  private leaderCause = "";
  /** Replicas whose log is known not to have the record any more, whatever its end. */
  private readonly without = new Set<number>();
  readonly returns = new Returns();
  private readonly reading = new Reading(this);
  private readonly received = new Set<number>();

  constructor(base: StoryBase, topic: string, partition: number) {
    this.base = base;
    this.topic = topic;
    this.partition = partition;
    const { view } = base;
    this.leader = view?.leader ?? -1;
    this.epoch = view?.epoch ?? -1;
    this.isr = view?.isr ?? [];
    this.elr = view?.elr ?? [];
    this.replicas = view?.replicas ?? [];
    this.hw = view?.highWatermark ?? -1;
    this.minInsync = view?.minInsync ?? -1;
    for (const id of view?.replicas ?? base.brokers) this.lane(id);
  }

  get down(): Lane[] {
    return [...this.lanes.values()].filter((lane) => !this.isUp(lane));
  }

  isUp(lane: Lane): boolean {
    if (lane.state === "unknown") return this.isr.includes(lane.id) || !this.replicas.includes(lane.id);
    return lane.state === "running" && !lane.fenced;
  }

  /** Replicas whose log holds the record, as far as events tell. */
  get holders(): Lane[] {
    const offset = this.run?.offset ?? null;
    if (offset === null) return [];
    return [...this.lanes.values()].filter((lane) => lane.end > offset && !this.without.has(lane.id));
  }

  get brokerStatus(): string {
    const count = this.down.length;
    if (count === 0) return "All brokers up";
    if (count === this.lanes.size) return "All brokers down";
    return count === 1 ? `One broker down (${this.down[0].id})` : `${count} of ${this.lanes.size} brokers down`;
  }

  get messageState(): string {
    const { run } = this;
    if (run === null) return "";
    if (this.rows[1].light === "red") return "Not acknowledged";
    if (run.offset === null) return "Created";
    if (this.loss !== null) return "Lost";
    if (this.hw <= run.offset) return "Created, not replicated yet";
    const live = this.holders.filter((lane) => this.isUp(lane));
    if (live.length === 0) return "Unavailable: no running broker holds it";
    if (this.reading.isDamaged) return "Damaged: other bytes than were sent";
    if (this.rows[4].light === "lit" && this.rows[3].light !== "dark") return "Delivered";
    if (this.rows[3].light !== "dark" && this.rows[3].light !== "red") return "Available";
    if (this.down.length > 0) return `Partially stored (on ${ids(live)})`;
    return this.holders.length < 2 ? "On one copy only" : "Replicated";
  }

  apply(event: ConsoleEvent): void {
    this.seq = event.seq;
    const own = event.topic === this.topic && event.partition === this.partition;
    const text = sentenceOf(event, this, own);
    if (text !== null) this.transcript.push({ seq: event.seq, text });
    if (own) this.applyOwn(event);
    else if (event.kind === "clock") this.journey.clocks.add(event);
    else if (event.kind === "config" && event.topic === this.topic) this.onConfig(event);
    else if (event.kind === "process") this.onProcess(event);
    else if (event.kind === "fault") this.onFault(event);
    else if (event.kind === "fenced" && event.peer !== undefined) this.onFenced(event, event.peer);
    else if (event.kind === "unfenced" && event.peer !== undefined && this.lanes.has(event.peer)) {
      this.lane(event.peer).fenced = false;
      this.returns.onUnfenced(event.peer, event.tNs);
    }
    if (own) this.returns.add(event);
    if (own) this.journey.add(event, this.run, this.leader, this.fault !== null);
    this.settle(event);
  }

  private applyOwn(event: ConsoleEvent): void {
    const { detail = {} } = event;
    // Whoever tells of a leader, or keeps a group's positions, need not have a replica.
    const lane = event.broker >= 0 && OF_REPLICAS.has(event.kind) ? this.lane(event.broker) : null;
    switch (event.kind) {
      case "run":
        this.begin(event);
        break;
      case "produce-received":
        if (detail.client === this.run?.client) this.onReceived(event);
        break;
      case "appended":
        this.onAppended(event, lane);
        break;
      case "acknowledged":
        if (this.run !== null && detail.client === this.run.client) this.run.offset = event.offset ?? null;
        if (this.gap !== null) this.gap.writeNs ??= event.tNs;
        break;
      case "replica-appended":
        if (lane !== null) this.onCopied(event, lane);
        break;
      case "replica-fetched":
        if (event.peer !== undefined) {
          const peer = this.lane(event.peer);
          if ((event.offset ?? -1) > peer.end) this.grow(peer, peer.end, event.offset ?? -1, event.seq);
        }
        break;
      case "truncated":
      case "caught-up":
        if (lane !== null) lane.end = event.offset ?? lane.end;
        if (event.kind === "truncated") this.onTruncated(event);
        break;
      case "high-watermark":
        if (lane !== null) lane.hw = event.hw ?? -1;
        if (event.broker === event.leader || this.base.source === "protocol")
          this.hw = this.loss === null ? Math.max(this.hw, event.hw ?? -1) : (event.hw ?? -1);
        break;
      case "leader":
      case "isr":
        this.onPartition(event);
        break;
      case "elr":
        this.elr = String(detail.elr ?? "")
          .split(",")
          .filter(Boolean)
          .map(Number);
        break;
      case "fetched":
        this.reading.onFetched(event);
        break;
      case "read":
        this.reading.onRead(event);
        break;
      case "answer":
        this.onAnswer(event);
        break;
      case "offset-committed":
        this.reading.onCommitted(event);
        break;
      case "topic":
        break;
      default:
    }
  }

  private begin(event: ConsoleEvent): void {
    const { detail = {} } = event;
    this.run = {
      id: String(detail.run),
      client: String(detail.client),
      acks: Number(detail.acks),
      value: String(detail.value),
      bytes: Number(detail.bytes),
      crc: Number(detail.crc),
      seq: event.seq,
      tNs: event.tNs,
      offset: null,
      leader: -1,
    };
    this.fault = null;
    this.gap = null;
    this.loss = null;
    this.reading.clear();
    this.without.clear();
    this.received.clear();
    this.returns.clear();
    this.journey.clear();
    this.transcript.splice(0, this.transcript.length - 1);
    this.wasAllDown = false;
    this.board.darken(0, 0);
    // What is already broken when it is sent is the failure of this story.
    const [broken] = this.down;
    for (const lane of this.down) this.returns.onGone(lane.id, lane.end);
    if (broken !== undefined) this.break(broken.id, broken.state, event);
  }

  private onReceived(event: ConsoleEvent): void {
    const { detail = {} } = event;
    const run = this.run as Run;
    run.leader = event.broker;
    this.received.add(event.broker);
    if (this.rows[0].light !== "dark") return;
    this.board.light(0, "lit", event, `parsed by broker ${event.broker}`);
    this.fill(0, "lit", event, "Message created", `Sent to the leader, broker ${event.broker}`, [
      { label: "Broker", value: String(event.broker) },
      ...(detail.connection === undefined ? [] : [{ label: "Connection", value: String(detail.connection) }]),
      ...(detail.correlation === undefined ? [] : [{ label: "Correlation id", value: String(detail.correlation) }]),
      { label: "Bytes", value: String(detail.bytes) },
      { label: "acks", value: run.acks === -1 ? "all" : run.acks === 0 ? "0: nobody answers" : String(run.acks) },
      ...(detail.via === "protocol" ? [{ label: "Known by", value: "the broker's answer" }] : []),
    ]);
    this.track(0);
  }

  private onAppended(event: ConsoleEvent, lane: Lane | null): void {
    const offset = event.offset ?? -1;
    const records = Number(event.detail?.records ?? 1);
    if (lane !== null) this.grow(lane, offset, offset + records, event.seq);
    // A broker parses and appends in one go, so that the first append after the request is the request's.
    if (this.run !== null && this.run.offset === null && this.received.has(event.broker)) this.run.offset = offset;
  }

  /** The producer was refused, and tries again (amber) or gave up (red): nothing was promised. */
  private onAnswer(event: ConsoleEvent): void {
    const { run } = this;
    if (run === null || event.detail?.run !== run.id || event.cause === undefined) return;
    if (this.rows[1].light !== "dark" && this.rows[1].light !== "amber") return;
    const isTrying = event.detail.again === true;
    const light: Light = isTrying ? "amber" : "red";
    const result = `The producer was told that it is not committed${isTrying ? ", and tries again" : ""}`;
    const evidence = [
      { label: "Answer", value: event.cause },
      { label: "ISR", value: list(this.isr) },
      { label: "min.insync.replicas", value: this.minInsync < 0 ? "unknown" : String(this.minInsync) },
      { label: "Attempts", value: String(event.detail.attempts ?? "") },
    ];
    this.board.light(2, light, event, isTrying ? "refused, tried again" : "not acknowledged");
    this.fill(1, light, event, `Not acknowledged${isTrying ? " yet" : ""}`, result, evidence);
    this.track(1);
  }

  private onConfig({ cause = "" }: ConsoleEvent): void {
    const found = /min\.insync\.replicas was set to (\d+)/.exec(cause);
    if (found !== null) this.minInsync = Number(found[1]);
  }

  private onCopied(event: ConsoleEvent, lane: Lane): void {
    const from = Number(event.detail?.from ?? lane.end);
    this.grow(lane, from, event.offset ?? -1, event.seq);
    const record = this.run?.offset ?? null;
    const isFromHolder = this.loss === null && this.leader !== lane.id && !this.without.has(this.leader);
    // What was lost from its disk it has got anew.
    if (record !== null && isFromHolder && from <= record && lane.end > record) this.without.delete(lane.id);
  }

  private onTruncated(event: ConsoleEvent): void {
    const offset = this.run?.offset ?? null;
    if (offset !== null && (event.offset ?? 0) <= offset) this.without.add(event.broker);
  }

  /** A leader that lacks the record was elected, or the last disk that had it was emptied. */
  private lose(how: string, event: ConsoleEvent): void {
    if (this.run === null || this.run.offset === null || this.loss !== null) return;
    this.loss = how;
    this.board.light(4, "red", event, "lost");
    if (this.fault !== null) this.describeFault(event);
  }

  private onPartition(event: ConsoleEvent): void {
    // What a leader only proposes tells why, not what is.
    if (event.detail?.proposed === true) {
      this.isrCause = event.cause ?? "";
      return;
    }
    const version = Number(event.detail?.partitionEpoch ?? -1);
    if (version < this.partitionEpoch) return;
    this.partitionEpoch = version;
    const before = this.leader;
    const { leader, epoch, isr } = this;
    const isNews = event.leader !== leader || event.epoch !== epoch;
    // What a leader's death changes comes as two events of one record: they count as one change.
    if (isNews || this.previous === null || event.tNs - this.previous.tNs > SAME_CHANGE_NS)
      this.previous = { leader, epoch, isr, tNs: event.tNs };
    if (event.kind === "leader") this.leaderCause = event.cause ?? "";
    else if (event.cause !== undefined) this.isrCause = event.cause;
    this.leader = event.leader ?? this.leader;
    this.epoch = event.epoch ?? this.epoch;
    if (event.detail?.unclean === true || this.isShort(event)) this.onUnclean(event);
    this.isr = event.isr ?? this.isr;
    for (const id of this.isr) {
      this.lane(id);
      if (!isr.includes(id)) this.returns.onInSync(id, event.tNs);
    }
    if (this.replicas.length === 0) this.replicas = [...this.isr].sort((a, b) => a - b);
    if (this.gap !== null && this.leader >= 0 && (before !== this.leader || this.leader !== this.fault?.leaderBefore))
      this.gap.leaderNs ??= event.tNs;
    if (this.fault !== null) this.describeFault(event);
  }

  /** Without a feed nobody says that an election was unclean: the log of who was elected does. */
  private isShort({ kind, leader = -1 }: ConsoleEvent): boolean {
    const offset = this.run?.offset ?? null;
    if (this.base.source !== "protocol" || kind !== "leader" || offset === null || this.hw <= offset) return false;
    const end = this.lanes.get(leader)?.end ?? -1;
    return end >= 0 && end <= offset;
  }

  private onUnclean(event: ConsoleEvent): void {
    const offset = this.run?.offset ?? null;
    const elected = this.lanes.get(this.leader);
    if (offset === null || elected === undefined || (elected.end > offset && !this.without.has(elected.id))) return;
    this.without.add(elected.id);
    this.hw = elected.end;
    this.lose(`broker ${elected.id} was elected uncleanly; its log ends at ${elected.end}, before the record`, event);
  }

  private onProcess(event: ConsoleEvent): void {
    const state = String(event.detail?.state ?? "unknown");
    // It has got the metadata from the others, if there were any.
    if (state === "running" && !this.isForgotten) this.wiped.delete(event.broker);
    const lane = this.lanes.get(event.broker);
    if (lane === undefined) return;
    const before = lane.state;
    lane.state = state;
    lane.pid = lane.state === "running" || lane.state === "paused" ? Number(event.detail?.pid ?? 0) : null;
    if (lane.state === "running") {
      this.returns.onBack(lane.id, event.tNs, before === "paused" ? "it went on" : "its process began");
      return;
    }
    if (before === "running") this.returns.onGone(lane.id, lane.end);
    this.break(lane.id, event.cause || lane.state, event);
    if (this.down.length === this.lanes.size) this.wasAllDown = true;
  }

  private onFault(event: ConsoleEvent): void {
    if (event.cause === "wipe") this.onWiped(event);
    const lane = this.lanes.get(event.broker);
    if (lane === undefined) return;
    if (event.cause === "partition") lane.hindrance = "cut off";
    else if (event.cause === "slow-disk") lane.hindrance = "slow disk";
    else if (event.cause === "heal" || event.cause === "restart") lane.hindrance = "";
  }

  private onWiped(event: ConsoleEvent): void {
    this.wiped.add(event.broker);
    const lane = this.lanes.get(event.broker);
    if (lane === undefined) return;
    const offset = this.run?.offset ?? null;
    const hadIt = offset !== null && lane.end > offset;
    Object.assign(lane, { end: 0, hw: -1, appendedFrom: -1, appendedSeq: 0 });
    this.without.add(lane.id);
    if (hadIt && this.holders.length === 0) this.lose("every disk that held it was emptied", event);
    // The cluster's own metadata is gone with the last disk: nobody knows the topic any more.
    if (this.isForgotten) Object.assign(this, { leader: -1, epoch: -1, isr: [], elr: [], hw: -1, partitionEpoch: -1 });
  }

  /** Every disk of the cluster was emptied: the topic is gone. */
  get isForgotten(): boolean {
    return this.base.brokers.length > 0 && this.base.brokers.every((id) => this.wiped.has(id));
  }

  private onFenced(event: ConsoleEvent, broker: number): void {
    const lane = this.lanes.get(broker);
    if (lane === undefined) return;
    lane.fenced = true;
    this.returns.onFenced(broker, lane.end);
    if (this.fault?.broker === broker) {
      this.board.note(2, "Fenced", event.cause ?? "");
      return;
    }
    this.break(broker, `fenced: ${event.cause ?? "no reason told"}`, event);
  }

  private break(broker: number, signal: string, event: ConsoleEvent): void {
    if (this.run === null) return;
    const { previous } = this;
    // All was whole again: what fails now is told anew.
    if (this.rows[4].light === "lit") {
      this.wasAllDown = false;
      this.board.darken(3, 2);
      Object.assign(this, { fault: null, gap: null });
      this.reading.again();
    }
    const known = this.fault?.broker === broker && event.tNs - this.fault.tNs < SAME_FAULT_NS ? this.fault : null;
    const isLate = previous !== null && !this.isr.includes(broker) && previous.isr.includes(broker);
    const isOne = isLate && event.kind !== "run" && Math.abs(event.tNs - previous.tNs) < SAME_FAULT_NS;
    const late = isOne ? previous : null;
    const before = late ?? this;
    this.fault = {
      broker,
      seq: known?.seq ?? event.seq,
      tNs: Math.min(known?.tNs ?? event.tNs, event.tNs),
      signal: known === null ? signal : `${signal}, ${known.signal}`,
      isrBefore: known?.isrBefore ?? before.isr,
      epochBefore: known?.epochBefore ?? before.epoch,
      leaderBefore: known?.leaderBefore ?? before.leader,
    };
    // Without a feed nobody tells when it died: it is gone from the metadata only when it is fenced.
    const isTimed = event.kind !== "fenced" || this.base.source === "events";
    if (broker === this.fault.leaderBefore && isTimed) {
      const leaderNs = late === null ? null : Math.max(event.tNs, late.tNs);
      this.gap = { fromNs: event.tNs, leaderNs: this.leader < 0 ? null : leaderNs, writeNs: null };
    }
    this.board.light(3, "lit", event, `broker ${broker}: ${signal}`);
    this.describeFault(event);
  }

  private describeFault(event: ConsoleEvent): void {
    const { fault } = this;
    if (fault === null) return;
    // What came of it later is told by the rows below, except that it was lost.
    if (this.loss === null && (this.rows[4].light !== "dark" || this.rows[3].seq > fault.seq)) return;
    const live = this.holders.filter((lane) => this.isUp(lane));
    const isAccounted = this.run?.offset !== null && this.hw > (this.run?.offset ?? 0);
    const isBad = this.loss !== null || (isAccounted && live.length === 0);
    const light: Light = isBad ? "red" : "lit";
    const survivors =
      live.length > 0
        ? `${brokerNames(live)} still ${live.length === 1 ? "has" : "have"} it`
        : "No running broker has it";
    const told = this.loss === null ? (isAccounted ? survivors : "It was not replicated before") : `Lost: ${this.loss}`;
    const extra = this.rows[2].evidence.filter((each) => each.label === "Fenced");
    this.fill(2, light, event, this.messageState, told, [
      { label: "Broker", value: `${fault.broker}, ${fault.signal}` },
      { label: "ISR", value: `${list(fault.isrBefore)} → ${list(this.isr)}` },
      { label: "Leader", value: `${fault.leaderBefore} → ${this.leader < 0 ? "none" : this.leader}` },
      { label: "Epoch", value: `${fault.epochBefore} → ${this.epoch}` },
      ...(this.leaderCause === "" ? [] : [{ label: "Reason of the leader", value: this.leaderCause }]),
      { label: "Without a leader", value: this.unavailable },
      ...(this.isrCause === "" ? [] : [{ label: "Reason of the ISR", value: this.isrCause }]),
      ...extra,
    ]);
    this.track(2);
  }

  /** How long no leader was known, as text. */
  get unavailable(): string {
    if (this.gap === null)
      return this.fault?.broker === this.fault?.leaderBefore
        ? "not told: without a feed its failure is seen only when it is fenced"
        : "never: a follower failed";
    if (this.gap.leaderNs === null) return "no leader yet";
    return `${ms(this.gap.leaderNs - this.gap.fromNs)} ms`;
  }

  /** What holds after the event, whichever it was. */
  private settle(event: ConsoleEvent): void {
    const { run } = this;
    if (run === null) return;
    const { holders } = this;
    const { offset } = run;
    if (offset !== null && this.stations[1].light === "dark" && holders.some((lane) => lane.id !== this.leader)) {
      const follower = holders.find((lane) => lane.id !== this.leader);
      this.board.light(1, "lit", event, `first copy on broker ${follower?.id}`);
    }
    if (offset !== null && this.hw > offset) this.replicated(event, holders);
    if (this.fault !== null && this.stations[4].light === "dark" && event.seq >= this.fault.seq) this.survived(event);
    if (this.rows[2].light !== "dark" && event.seq > (this.fault?.seq ?? 0)) this.whole(event);
  }

  private replicated(event: ConsoleEvent, holders: readonly Lane[]): void {
    const row = this.rows[1];
    const light: Light = holders.length >= 2 ? "lit" : "amber";
    if (row.light === light || row.light === "lit") return;
    if (light === "amber" && this.replicas.length > 1 && this.isr.length > 1) return;
    this.board.light(2, light, event, `high watermark ${this.hw}`);
    if (light === "amber" && this.stations[1].light === "dark") this.board.light(1, "amber", event, "no other replica");
    const where = `${this.topic}-${this.partition}@${this.run?.offset}`;
    const result = light === "lit" ? `Stored on brokers ${ids(holders)}` : "Committed on one copy only";
    this.fill(1, light, event, light === "lit" ? "Message copied to brokers" : "On one copy only", result, [
      { label: "Record", value: where },
      { label: "Epoch", value: String(this.epoch) },
      { label: "ISR", value: list(this.isr) },
      { label: "End offsets", value: holders.map((lane) => `${lane.id}: ${lane.end}`).join(", ") },
      { label: "High watermark", value: String(this.hw) },
    ]);
    this.track(1);
  }

  /** A change of leader or ISR after the fault says who is left; their logs say that they hold it. */
  private survived(event: ConsoleEvent): void {
    // Who hears of the broker last has heard of the survivors before.
    const isHeard = this.fault !== null && this.isr.length > 0 && !this.isr.includes(this.fault.broker);
    if (event.kind !== "leader" && event.kind !== "isr" && !isHeard) return;
    if (this.run?.offset === null || this.hw <= (this.run?.offset ?? 0) || this.loss !== null) return;
    const live = this.holders.filter((lane) => this.isUp(lane));
    if (live.length > 0) this.board.light(4, "lit", event, `held by ${ids(live)}`);
    else this.board.light(4, "red", event, "nobody who runs holds it");
    this.describeFault(event);
  }

  private whole(event: ConsoleEvent): void {
    const row = this.rows[4];
    if (row.light === "lit") {
      // What is heard late belongs to it.
      row.evidence = [...row.evidence.slice(0, 2), ...this.returns.evidence];
      return;
    }
    if (this.down.length > 0 || this.replicas.length === 0 || this.isr.length < this.replicas.length) return;
    const isLost = this.loss !== null;
    const result = isLost ? "All are up, without the record" : "Ready for the next message";
    this.fill(4, isLost ? "red" : "lit", event, isLost ? "Lost" : "Message stored", result, [
      { label: "ISR", value: `${list(this.isr)}, full` },
      { label: "Epoch", value: String(this.epoch) },
      ...this.returns.evidence,
    ]);
    this.track(4);
  }

  /** What one row tells; of the brokers, how they are now. */
  fill(index: number, light: Light, event: ConsoleEvent, message: string, result: string, evidence: Evidence[]): void {
    this.board.fill(index, light, event, { message, brokers: this.brokerStatus, result }, evidence);
  }

  /** What is tracked after the step, as it is now. */
  track(step: number): void {
    const tracked = this.tracker[step];
    const message = this.messageState;
    const brokers = this.brokerStatus;
    const bad = /Unavailable|Damaged|Lost/.test(message) || this.rows[step].light === "red";
    const less = /one copy|not replicated/.test(message) && step > 0;
    const light: Light = bad ? "red" : less ? "amber" : "lit";
    const { length } = this.down;
    const isBroken = length > TRACKED[step][3] || (length > 0 && length === this.lanes.size);
    Object.assign(tracked, { message, brokers, light, brokersLight: isBroken ? "red" : "lit" });
  }

  private grow(lane: Lane, from: number, end: number, seq: number): void {
    Object.assign(lane, { end, appendedFrom: from, appendedSeq: seq });
  }

  private lane(id: number): Lane {
    const known = this.lanes.get(id);
    if (known !== undefined) return known;
    const process = this.base.processes.find((each) => each.broker === id);
    const lane: Lane = {
      id,
      state: process?.state ?? "unknown",
      pid: process?.pid ?? null,
      fenced: false,
      hindrance: "",
      end: this.base.view?.ends[id] ?? -1,
      hw: -1,
      appendedFrom: -1,
      appendedSeq: 0,
    };
    this.lanes.set(id, lane);
    return lane;
  }
}

/** Leader, epoch and ISR that change within this time change together, ns. */
const SAME_CHANGE_NS = 50e6;
/** A process that ends and its fencing are one failure, ns: a session may have to time out first. */
const SAME_FAULT_NS = 15e9;
/** What only a broker with a replica of the partition tells. */
const OF_REPLICAS: ReadonlySet<string> = new Set([
  "appended",
  "replica-appended",
  "high-watermark",
  "truncated",
  "caught-up",
]);
