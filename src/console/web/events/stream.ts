import { useEffect, useState } from "react";
import type { ConsoleEvent } from "../../story/event";

/** Events that are kept in the page. */
export const KEPT = 1000;
/** After a refusal, which is final for the browser: the server may still come back. */
const AGAIN_MS = 1000;

/** What the server says when the stream begins. */
export interface Hello {
  readonly source: "events" | "protocol";
  /** Of the console's run, whose numbers the events have. */
  readonly run: string;
  /** What the events' clock showed at `ms`, ms since 1970. */
  readonly tNs: number;
  readonly ms: number;
}

export interface Kept {
  /** Like no other, also when the console was started again and counts anew. */
  readonly key: string;
  readonly event: ConsoleEvent;
}

export interface EventStream {
  /** The newest first. */
  readonly events: readonly Kept[];
  readonly state: "connecting" | "live" | "lost";
  readonly hello: Hello;
  /** ms since 1970; of the time that `state` is "lost". */
  readonly lostAt: number;
}

const NO_HELLO: Hello = { source: "events", run: "", tNs: 0, ms: 0 };

/** All that the console tells, for as long as the page is open; what was missed meanwhile comes when the stream is back. */
export function useEvents(): EventStream {
  const [events, setEvents] = useState<readonly Kept[]>([]);
  const [state, setState] = useState<EventStream["state"]>("connecting");
  const [hello, setHello] = useState(NO_HELLO);
  const [lostAt, setLostAt] = useState(0);
  useEffect(() => {
    let stream: EventSource;
    let waiting: Kept[] = [];
    let run = "";
    let frame = 0;
    let timer: ReturnType<typeof setTimeout>;
    let isLost = false;
    const open = (): void => {
      stream = new EventSource("/api/events?since=0");
      stream.addEventListener("hello", (message) => {
        const said = JSON.parse(message.data as string) as Hello;
        run = said.run;
        isLost = false;
        setState("live");
        setHello(said);
      });
      stream.onerror = () => {
        if (!isLost) setLostAt(Date.now());
        isLost = true;
        setState("lost");
        if (stream.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
      };
      stream.onmessage = (message) => {
        const event = JSON.parse(message.data as string) as ConsoleEvent;
        waiting.push({ key: `${run}.${event.seq}.${event.kind === "gap" ? "gap" : ""}`, event });
        if (frame === 0) frame = requestAnimationFrame(take);
      };
    };
    const take = (): void => {
      frame = 0;
      const more = waiting.reverse();
      waiting = [];
      setEvents((old) => {
        // A stream that was refused and opened anew begins at the first that is kept.
        const known = new Set(old.map(({ key }) => key));
        return [...more.filter(({ key }) => !known.has(key)), ...old].slice(0, KEPT);
      });
    };
    open();
    return () => {
      stream.close();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, []);
  return { events, state, hello, lostAt };
}
