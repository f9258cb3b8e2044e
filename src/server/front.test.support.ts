import { assert } from "../base/assert.js";
import { concatBytes } from "../base/bytes.js";
import { EventFeed } from "../base/events.js";
import type { CallHandler, NoResponse } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import { nodeConfigOf } from "../config/node-config-from.js";
import { GroupCoordinator } from "../groups/group-coordinator.js";
import type { Controller } from "../metadata/controller.js";
import { TestCluster } from "../metadata/controller.test.support.js";
import type { Connection, ConnectionHandler, ListenHandler, Loop, Network, Ports, TurnTask } from "../ports/index.js";
import type { Api, ResponseOf } from "../protocol/apis.js";
import { decodeResponse, encodeRequest, FrameReader } from "../protocol/frames.js";
import type { Input } from "../protocol/schema.js";
import { ReplicaManager } from "../replication/replica-manager.js";
import { openManager } from "../storage/testing/opened.js";
import { TestPorts } from "../storage/testing/ports.js";
import type { ControllerChannel } from "./controller-channel.js";
import { FrontServices } from "./front-services.js";
import type { Handler } from "./handler.js";
import { ImageConfigs } from "./image-configs.js";
import type { Request } from "./request.js";
import type { ServerScope } from "./scope.js";
import { ServerFront } from "./server-front.js";

/** The broker's end of a connection; what it sends is kept until the test looks. */
export class TestSocket implements Connection {
  readonly remoteAddress: string;
  readonly remotePort = 50_000;
  readonly localAddress = "10.0.0.1";
  readonly localPort = 9092;
  bufferedBytes = 0;
  isPaused = false;
  isClosed = false;
  readonly sent: Uint8Array[] = [];
  handler: ConnectionHandler | null = null;
  private readonly loop: Loop;

  constructor(remoteAddress: string, loop: Loop) {
    this.remoteAddress = remoteAddress;
    this.loop = loop;
  }

  send(chunks: readonly Uint8Array[]): void {
    if (!this.isClosed) this.sent.push(...chunks);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.loop.atTurnEnd({ onTurnEnd: () => this.handler?.onClose(null) });
  }
}

/** A client over one connection. */
export class TestClient {
  readonly socket: TestSocket;
  private readonly reader = new FrameReader(100_000_000);
  private nextId = 0;

  constructor(socket: TestSocket) {
    this.socket = socket;
  }

  /** Whether the broker closed the connection. */
  get isClosed(): boolean {
    return this.socket.isClosed;
  }

  raw(bytes: Uint8Array): void {
    this.socket.handler?.onData(bytes);
  }

  /** The request's bytes, in one piece. */
  encode<A extends Api>(api: A, version: number, body: Input<A["request"]>): Uint8Array {
    return concatBytes(encodeRequest(api, version, this.nextId++, "tester", body));
  }

  send<A extends Api>(api: A, version: number, body: Input<A["request"]>): void {
    this.raw(this.encode(api, version, body));
  }

  /** The next frame that has come, null where there is none. */
  frame(): Uint8Array | null {
    for (const chunk of this.socket.sent.splice(0)) this.reader.push(chunk);
    return this.reader.next();
  }

  receive<A extends Api>(api: A, version: number): ResponseOf<A> {
    const frame = this.frame();
    assert(frame !== null, `no response to ${api.name}`);
    return decodeResponse(api, version, frame).body as ResponseOf<A>;
  }

  call<A extends Api>(api: A, version: number, body: Input<A["request"]>): ResponseOf<A> {
    this.send(api, version, body);
    return this.receive(api, version);
  }

  close(): void {
    this.socket.handler?.onClose(null);
  }
}

const NO_LOOP: Loop = { atTurnEnd: () => undefined, stalledMs: () => 0 };

/** Listeners by port; a test connects to them. */
class TestNetwork implements Network {
  readonly listeners = new Map<number, ListenHandler>();

  listen(_host: string, port: number, handler: ListenHandler): { close(): void } {
    this.listeners.set(port, handler);
    return { close: () => this.listeners.delete(port) };
  }

  /** Nobody is there: the connection never opens. */
  connect(): Connection {
    return new TestSocket("10.0.0.2", NO_LOOP);
  }
}

/** A request to the controller that waits for the test to answer it. */
export class TestCall {
  readonly api: Api;
  readonly body: unknown;
  readonly handler: CallHandler;

  constructor(api: Api, body: unknown, handler: CallHandler) {
    this.api = api;
    this.body = body;
    this.handler = handler;
  }

  answer<A extends Api>(_api: A, response: Partial<ResponseOf<A>>): void {
    this.handler.onResponse(response as ResponseOf<Api>, 0);
  }

  fail(why: NoResponse): void {
    this.handler.onNoResponse(why);
  }
}

const PROPERTIES = {
  "process.roles": "broker,controller",
  "node.id": "1",
  listeners: "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
  "controller.listener.names": "CONTROLLER",
  "controller.quorum.voters": "1@127.0.0.1:9093",
  "log.dirs": "/data",
};

/** A front over a scope that the test has in its hands: a cluster of which this node sees the metadata, and a channel to its controller. */
export class FrontBench {
  /** What the quorum says to whatever it is asked. */
  raftAnswer: object = { errorCode: -1 };
  /** The leader of the quorum's epoch. */
  raftLeaderId: number | null = 1;
  readonly ports: Ports;
  readonly testPorts = new TestPorts();
  readonly network = new TestNetwork();
  readonly calls: TestCall[] = [];
  readonly events = new EventFeed();
  stalledMs = 0;
  replicas: ReplicaManager | null = null;
  groups: GroupCoordinator | null = null;
  private readonly config: NodeConfig;
  private readonly channel: ControllerChannel;
  readonly front: ServerFront;
  readonly services: FrontServices;
  readonly cluster = new TestCluster();

  constructor(properties: Readonly<Record<string, string>> = {}, handlers?: readonly Handler[], serves = true) {
    const { clock, timers, disk, random, compression, digest, logger } = this.testPorts;
    const loop = {
      atTurnEnd: (task: TurnTask) => this.testPorts.loop.atTurnEnd(task),
      stalledMs: () => this.stalledMs,
    };
    this.ports = { clock, timers, loop, disk, network: this.network, random, compression, digest, logger };
    const config = nodeConfigOf({ ...PROPERTIES, ...properties });
    const bench = this;
    const { cluster } = this;
    const controller = {
      handle: (...request: Parameters<Controller["handle"]>) => {
        cluster.controller.handle(...request);
        cluster.commit();
      },
    };
    const call = (api: Api, body: unknown, handler: CallHandler) => this.calls.push(new TestCall(api, body, handler));
    const channel = { brokerEpoch: 7, call } as unknown as ControllerChannel;
    this.config = config;
    this.channel = channel;
    this.services = new FrontServices(this.ports, config, channel);
    const scope = {
      ports: this.ports,
      config,
      clusterId: "cluster",
      events: this.events,
      get image() {
        return cluster.image;
      },
      // The quorum itself has tests of its own.
      raft: {
        leaderId: 1,
        get epochLeaderId() {
          return bench.raftLeaderId;
        },
        handle: (request: Request) => request.respond(this.raftAnswer as never),
      },
      get replicas() {
        return bench.replicas;
      },
      get groups() {
        return bench.groups;
      },
      controller,
      failures: null,
      channel,
      front: this.services,
    } as unknown as ServerScope;
    this.front = new ServerFront(this.ports, config, scope, handlers);
    const observer = { onListening: () => undefined, onListenFailed: () => assert(false, "a listener failed") };
    for (const kind of ["broker", "controller"] as const) {
      this.front.listen(kind, observer);
      if (serves) this.front.serve(kind);
    }
  }

  connect(kind: "broker" | "controller" = "broker", address = "10.0.0.9"): TestClient {
    const listener = this.network.listeners.get(kind === "broker" ? 9092 : 9093);
    assert(listener !== undefined, "nothing listens there");
    const socket = new TestSocket(address, this.ports.loop);
    socket.handler = listener.onAccept(socket);
    return new TestClient(socket);
  }

  /** Makes this node, broker 1, a whole broker: with logs, replicas and coordinators. */
  startReplicas(): void {
    const logs = openManager(this.testPorts);
    this.cluster.join(1, { logDirs: logs.directories().map(({ id }) => id) });
    const events = new EventFeed();
    const replicas = new ReplicaManager(this.ports, {
      config: this.config,
      logs,
      events,
      controller: this.channel,
      topics: new ImageConfigs(this.config),
      hooks: {},
      hasController: () => true,
    });
    this.replicas = replicas;
    this.groups = new GroupCoordinator(this.ports, this.config, replicas.coordinatorPort);
    this.cluster.loader.addPublisher(replicas);
    this.cluster.loader.addPublisher(this.groups);
    replicas.start(this.cluster.image);
    this.groups.start();
    this.testPorts.settle();
  }

  /** What was asked of the controller last. */
  lastCall(): TestCall {
    const call = this.calls.at(-1);
    assert(call !== undefined, "nothing was asked of the controller");
    return call;
  }

  /** Lets the cluster's controller, behind the controller's listener, answer what waits. */
  answerCalls(client: TestClient = this.connect("controller")): void {
    for (const { api, body, handler } of this.calls.splice(0)) {
      const response = client.call(api, api.maxVersion, body as Input<Api["request"]>);
      handler.onResponse(response, api.maxVersion);
    }
  }
}

/** Keeps requests until the test answers them. */
export class Keeper<A extends Api> implements Handler<A> {
  readonly api: A;
  readonly pipelined: boolean;
  readonly requests: Request<A>[] = [];

  constructor(api: A, pipelined = false) {
    this.api = api;
    this.pipelined = pipelined;
  }

  handle(request: Request<A>): void {
    this.requests.push(request);
  }
}

export function asHandler<A extends Api>(keeper: Keeper<A>): Handler {
  return keeper as unknown as Handler;
}
