import type { Context } from "hono";
import type { ConsoleFeed } from "./feed.js";

/** Chunks that may wait for one tab; a slower one is cut off and comes back for what is kept. */
const WAITING_MAX = 20_000;
const PING_MS = 10_000;

/**
 * The one stream of a tab: `?topic=` names the topic whose records it wants to hear of (`&partition=` which of its partitions is asked
 * about where brokers tell nothing by themselves), `?since=` where it begins.
 */
export function eventStream(context: Context, feed: ConsoleFeed): Response {
  const topic = context.req.query("topic") ?? null;
  const partition = Number(context.req.query("partition") ?? 0);
  const since = beginOf(context, feed);
  const encoder = new TextEncoder();
  let leave = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const ping = setInterval(() => send(": still here\n\n"), PING_MS);
        let isOpen = true;
        const end = feed.watch(since, {
          topic,
          partition,
          onEvent: (event) => send(`id: ${event.seq}.${feed.run}\ndata: ${JSON.stringify(event)}\n\n`),
        });
        leave = () => {
          if (!isOpen) return;
          isOpen = false;
          clearInterval(ping);
          end();
        };
        const { newest, source, run } = feed;
        // Times of events are of the machine's monotonic clock: what it shows now is a time of people.
        const hello = { newest, source, run, tNs: Number(process.hrtime.bigint()), ms: Date.now() };
        send(`retry: 500\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);

        function send(text: string): void {
          if (isOpen === false) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) > -WAITING_MAX) return;
          leave();
          controller.close();
        }
      },
      cancel: () => leave(),
    },
    { highWaterMark: 1 },
  );
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" } });
}

/** The number of the event after which the stream begins; below 0: at the first, with a word that something may be missing. */
function beginOf(context: Context, feed: ConsoleFeed): number {
  const last = context.req.header("last-event-id");
  if (last !== undefined) {
    const [seq, run] = last.split(".");
    // A console that was started again counts anew: that number says nothing of its events.
    return run === feed.run && /^\d+$/.test(seq) ? Number(seq) : -1;
  }
  const since = context.req.query("since");
  return since === undefined || !/^\d+$/.test(since) ? feed.newest : Number(since);
}
