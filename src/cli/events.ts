import { Command } from "commander";
import type { ToldEvent } from "../cluster/event-source.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { brokerListeners } from "./broker-listeners.js";
import { addresses, each, text, wholeNumber } from "./options.js";
import { type Common, forCluster } from "./with-admin.js";

interface EventsOptions extends Common {
  readonly http?: string;
  readonly kind: string[];
  readonly topic?: string;
  readonly partition?: number;
  readonly broker?: number;
  readonly maxEvents?: number;
}

/** As `docs/guide/cli.md` describes them. */
export const KINDS = [
  "produce-received",
  "validated",
  "appended",
  "replica-appended",
  "replica-fetched",
  "high-watermark",
  "acknowledged",
  "fetched",
  "offset-committed",
  "leader",
  "isr",
  "elr",
  "fenced",
  "unfenced",
  "group",
  "config",
  "topic",
  "truncated",
  "caught-up",
];
/** Events of one moment arrive over as many connections as there are brokers: they wait this long to be put in order, ms. */
const ORDER_MS = 50;

export function define(): Command {
  return forCluster(
    new Command("events").description("what happens to records, replicas and leaders, as it happens, of all brokers"),
  )
    .option(
      "--http <host:port,…>",
      "the brokers' http.listeners, when it is not a cluster that `holdfast up` runs here",
      addresses("--http"),
    )
    .option("--kind <kind>", "only this kind; may be given several times", each(kindOf), [])
    .option("--topic <topic>", "only of this topic", text("--topic"))
    .option("--partition <number>", "only of this partition", wholeNumber("--partition", 0, 1_000_000))
    .option("--broker <id>", "only of this broker", wholeNumber("--broker", 0, 0x7fff_ffff))
    .option("--max-events <count>", "stop after so many", wholeNumber("--max-events", 1, Number.MAX_SAFE_INTEGER))
    .addHelpText(
      "after",
      `
Kinds: ${KINDS.slice(0, 9).join(", ")},
  ${KINDS.slice(9).join(", ")}.

In parentheses stands why it happened. proposed=true: a leader asks for this ISR, or a client for these configs; what is told without it
is in effect.

Examples:
  holdfast events --kind leader --kind isr
  holdfast events --topic orders --partition 0 --json | jq .`,
    )
    .action(run);
}

function kindOf(kind: string): string {
  if (KINDS.includes(kind)) return kind;
  throw new Failure(`--kind ${kind}: there are ${KINDS.join(", ")}.`, "", ExitCode.usage);
}

async function run(options: EventsOptions): Promise<void> {
  const [{ EventSource }, { note }] = await Promise.all([import("../cluster/event-source.js"), import("./output.js")]);
  const printer = new Printer(options);
  const sources = (await brokerListeners(options)).map(
    ({ broker, host, port }) =>
      new EventSource(
        broker,
        { host, port },
        {
          onEvent: (event) => printer.add(event),
          onConnected: (id, clock) => printer.connected(id, clock),
          onLost: (id, reason) => note(`Broker ${id} tells nothing any more: ${reason}. It is asked again.`),
        },
      ),
  );
  for (const source of sources) source.open();
  await printer.finished;
  for (const source of sources) source.close();
}

/** Puts events in the order of their time where that can be told, leaves out what was not asked for, and prints. */
class Printer {
  readonly finished: Promise<void>;
  private readonly options: EventsOptions;
  private readonly clocks = new Map<number, string>();
  private waiting: ToldEvent[] = [];
  private timer: NodeJS.Timeout | null = null;
  private left: number;
  private finish: () => void = () => undefined;

  constructor(options: EventsOptions) {
    this.options = options;
    this.left = options.maxEvents ?? Number.POSITIVE_INFINITY;
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  connected(broker: number, clock: string): void {
    this.clocks.set(broker, clock);
    if (process.stderr.isTTY) process.stderr.write(`Listening to broker ${broker}.\n`);
  }

  add(event: ToldEvent): void {
    const { kind, topic, partition } = this.options;
    // A gap says that events were missed: that is never left out.
    if (event.kind !== "gap") {
      if (kind.length > 0 && !kind.includes(event.kind)) return;
      if (topic !== undefined && event.topic !== topic) return;
      if (partition !== undefined && event.partition !== partition) return;
    }
    this.waiting.push(event);
    this.timer ??= setTimeout(() => this.flush(), ORDER_MS);
  }

  private flush(): void {
    this.timer = null;
    const events = this.waiting;
    this.waiting = [];
    // Sorting keeps the order of those without a time. Times of several clocks say nothing: then it is that of hearing.
    const isOneClock = new Set(this.clocks.values()).size === 1;
    if (isOneClock) events.sort((a, b) => (a.tNs ?? 0) - (b.tNs ?? 0));
    for (const event of events) {
      if (this.left-- <= 0) break;
      process.stdout.write(this.options.json ? `${JSON.stringify(event)}\n` : `${asLine(event)}\n`);
    }
    if (this.left <= 0) this.finish();
  }
}

/** As a person reads it: who tells, what, where, its facts, and why it happened. */
export function asLine({ broker, kind, topic, partition, tNs: _, cause, detail, ...rest }: ToldEvent): string {
  const where = topic === undefined ? "" : partition === undefined ? ` ${topic}` : ` ${topic}-${partition}`;
  const facts = Object.entries({ ...rest, ...(detail as object | undefined) })
    .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(",")}]` : value}`)
    .join(" ");
  const why = cause === undefined || cause === "" ? "" : ` (${cause})`;
  return `broker ${broker}  ${kind.padEnd(16)}${where} ${facts}`.trimEnd() + why;
}
