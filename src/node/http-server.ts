import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { EventFeed } from "../base/events.js";
import type { HoldfastNode } from "../server/node.js";
import { type EventClock, machineClock } from "./event-clock.js";
import { EventStream } from "./event-stream.js";
import { faultStateFrom, type NodeFaults } from "./node-faults.js";
import type { NodePorts } from "./ports.js";
import { RELEASE } from "./release.js";

const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * Health, readiness, metrics, events and their clock, of one node. On a loopback address only requests that name a loopback host are answered: a
 * web page elsewhere, whose name leads to 127.0.0.1, gets nothing.
 */
export class HttpServer {
  private readonly ports: NodePorts;
  private readonly node: HoldfastNode;
  private readonly stream: EventStream;
  private readonly clock: EventClock;
  private readonly host: string;
  private readonly server: Server;
  private faults: { readonly control: NodeFaults; readonly token: string } | null;
  private metricsText: Promise<() => Promise<string>> | null;

  constructor(ports: NodePorts, node: HoldfastNode, events: EventFeed, host: string, clock = machineClock) {
    this.ports = ports;
    this.node = node;
    this.clock = clock;
    this.stream = new EventStream(events, ports.timers, clock);
    this.host = host;
    this.faults = null;
    this.metricsText = null;
    this.server = createServer((request, response) => this.answer(request, response));
  }

  /** The bound port; 0 before. */
  get port(): number {
    const address = this.server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  listen(port: number, onError: (error: NodeJS.ErrnoException) => void, onListening: () => void = () => {}): void {
    this.server.once("error", onError);
    this.server.listen({ host: this.host === "" ? undefined : this.host, port, exclusive: true }, onListening);
  }

  /** `PUT /faults` sets what is broken in this process, for whoever has the token. On loopback only; without this call it is not there. */
  allowFaults(control: NodeFaults, token: string): void {
    if (LOOPBACK_ADDRESS.test(this.host)) this.faults = { control, token };
  }

  close(): void {
    this.stream.close();
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("Server", `Holdfast/${RELEASE}`);
    if (LOOPBACK_ADDRESS.test(this.host) && !LOOPBACK_ADDRESS.test(hostNameOf(request.headers.host))) {
      send(response, 403, "This address is answered under its own name only.\n");
      return;
    }
    if (this.faults !== null && request.url === "/faults") {
      takeFaults(this.faults.control, this.faults.token, request, response);
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      send(response.setHeader("Allow", "GET, HEAD"), 405, "Only GET.\n");
      return;
    }
    switch (request.url?.split("?")[0]) {
      case "/healthz":
        // That it answers says that the loop turns.
        send(response, 200, "ok\n");
        break;
      case "/readyz":
        this.answerReadiness(response);
        break;
      case "/metrics":
        this.answerMetrics(response);
        break;
      case "/events":
        this.stream.serve(request, response, this.clock.id(this.node.status.clusterId));
        break;
      case "/clock":
        this.answerClock(response);
        break;
      default:
        send(response, 404, "There are /healthz, /readyz, /metrics, /events and /clock.\n");
    }
  }

  private answerReadiness(response: ServerResponse): void {
    const { status } = this.node;
    if (status.ready) send(response, 200, "ready\n");
    else send(response, 503, `not ready: ${status.state}\n`);
  }

  /** For whoever compares the times of several brokers' events: he measures how long the answer takes. */
  private answerClock(response: ServerResponse): void {
    const { nodeId, clusterId } = this.node.status;
    const clock = this.clock.id(clusterId);
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(`${JSON.stringify({ node: nodeId, clock, tNs: this.clock.nowNs() })}\n`);
  }

  private answerMetrics(response: ServerResponse): void {
    // The library is loaded at the first scrape: most clusters of a test never see one.
    this.metricsText ??= import("./metrics.js").then(({ createMetrics }) => createMetrics(this.node));
    this.metricsText
      .then((text) => text())
      .then(
        (text) => {
          response.setHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
          response.end(text);
        },
        (error: Error) => {
          this.ports.logger.error("Metrics could not be gathered.", { component: "http", error: error.message });
          send(response, 500, "Metrics could not be gathered; the log says why.\n");
        },
      );
  }
}

const FAULTS_BYTES_MAX = 65_536;

function takeFaults(control: NodeFaults, token: string, request: IncomingMessage, response: ServerResponse): void {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    send(response, 401, "Only for the supervisor of this cluster.\n");
    return;
  }
  if (request.method !== "PUT") {
    send(response.setHeader("Allow", "PUT"), 405, "Only PUT.\n");
    return;
  }
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > FAULTS_BYTES_MAX) request.destroy();
  });
  request.on("end", () => {
    try {
      control.set(faultStateFrom(text));
    } catch (error) {
      send(response, 400, `${(error as Error).message}\n`);
      return;
    }
    send(response, 200, "ok\n");
  });
}

/** Of "host:port", "[::1]:port" or "host". */
function hostNameOf(header: string | undefined): string {
  if (header === undefined) return "";
  if (header.startsWith("[")) return header.slice(1, Math.max(1, header.indexOf("]")));
  return header.split(":")[0];
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  response.end(text);
}
