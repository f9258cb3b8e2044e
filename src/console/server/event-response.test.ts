import assert from "node:assert/strict";
import { test } from "node:test";
import type { Context } from "hono";
import { eventStream } from "./event-response.js";
import type { ConsoleFeed } from "./feed.js";

/** After which event a stream begins that is asked for like that, of a console whose newest event is 9 of run `b`. */
async function beginOf(query: Record<string, string>, lastEventId?: string): Promise<number> {
  let begin = Number.NaN;
  const feed = {
    run: "b",
    newest: 9,
    source: "events",
    watch: (since: number) => {
      begin = since;
      return () => undefined;
    },
  };
  const req = {
    query: (name: string) => query[name],
    header: (name: string) => (name === "last-event-id" ? lastEventId : undefined),
  };
  const response = eventStream({ req } as unknown as Context, feed as unknown as ConsoleFeed);
  await response.body?.cancel();
  return begin;
}

test("a stream begins where the page stopped; where another run of the console counted, at the first that is kept", async () => {
  assert.equal(await beginOf({}), 9);
  assert.equal(await beginOf({ since: "0" }), 0);
  assert.equal(await beginOf({ since: "0" }, "7.b"), 7);
  // Below all numbers: the feed says then that something may be missing.
  assert.equal(await beginOf({ since: "0" }, "7.a"), -1);
  assert.equal(await beginOf({ since: "0" }, "nonsense"), -1);
});
