import { type ClientRequest, get, request } from "node:http";
import type { Address } from "./broker-link.js";

/** Sends `body` to a broker's HTTP server; resolves with the status and the text of the answer, rejects when there is none. */
export function httpPut(
  { host, port }: Address,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    // A connection of its own, which is closed afterwards: nothing may keep the caller's process awake.
    const sent = request({ host, port, path, method: "PUT", headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text: text.trim() }));
      response.once("error", reject);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

const NAME_LIMIT_MS = 2_000;

/** As what a broker's HTTP server names itself, `Holdfast/RELEASE`; null: it does not answer, or has no name. */
export function serverNameOf({ host, port }: Address): Promise<string | null> {
  return new Promise((resolve) => {
    const path = "/healthz";
    const sent = request({ host, port, path, method: "HEAD", agent: false, timeout: NAME_LIMIT_MS }, (response) => {
      response.resume();
      const { server = null } = response.headers;
      resolve(Array.isArray(server) ? server.join() : server);
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => resolve(null));
    sent.once("close", () => resolve(null));
    sent.end();
  });
}

const RETRY_MS = 20;

/** Follows server-sent events of a broker, for as long as it is asked to, over restarts. It keeps no process awake by itself. */
export class EventFollower {
  private readonly address: Address;
  private readonly onData: (data: string) => void;
  private request: ClientRequest | null;
  private timer: NodeJS.Timeout | null;
  private lastId: string;
  private isClosed: boolean;
  private readonly opened: Promise<void>;
  private onOpened: () => void;

  constructor(address: Address, onData: (data: string) => void) {
    this.address = address;
    this.onData = onData;
    this.request = null;
    this.timer = null;
    this.lastId = "";
    this.isClosed = false;
    this.onOpened = () => {};
    this.opened = new Promise((resolve) => {
      this.onOpened = resolve;
    });
    this.open();
  }

  /** Resolves once the broker has begun to tell, or `close` was called. */
  untilOpen(): Promise<void> {
    return this.opened;
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.request?.destroy();
    this.onOpened();
  }

  private open(): void {
    if (this.isClosed) return;
    const headers = this.lastId === "" ? {} : { "last-event-id": this.lastId };
    const { host, port } = this.address;
    const sent = get({ host, port, path: "/events", headers, agent: false }, (response) => {
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        // The first bytes come after the broker has begun to gather events.
        this.onOpened();
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.take(block);
      });
      response.once("close", () => this.again());
    });
    sent.on("error", () => {
      // Down: it may come back.
      this.again();
    });
    sent.once("socket", (socket) => socket.unref());
    this.request = sent;
  }

  private take(block: string): void {
    let data = "";
    let kind = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) this.lastId = line.slice(4);
      else if (line.startsWith("event: ")) kind = line.slice(7);
      else if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (data !== "" && kind !== "gap") this.onData(data);
  }

  private again(): void {
    if (this.isClosed || this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.open();
    }, RETRY_MS);
    this.timer.unref();
  }
}
