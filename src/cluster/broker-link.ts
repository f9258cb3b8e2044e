import { createConnection, type Socket } from "node:net";
import { type Api, Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { decodeResponse, encodeRequest, FrameReader } from "../protocol/frames.js";
import type { Input, Value } from "../protocol/schema.js";
import { Failure, messageOf } from "./failure.js";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a broker serves HTTP. */
export interface HttpAddress extends Address {
  readonly broker: number;
}

/** The body of a response as the schema describes it. */
export type ResponseOf<A extends Api> = Value<A["response"]>;

interface Waiting {
  readonly api: Api;
  readonly version: number;
  resolve(body: unknown): void;
  reject(error: Failure): void;
}

const RESPONSE_BYTES_MAX = 128 * 1024 * 1024;
const CLIENT_ID = "holdfast-cli";

/**
 * One connection of the command line to one broker, with promises. Versions are negotiated once. It does not reconnect: whoever
 * holds it decides what a lost broker means.
 */
export class BrokerLink {
  readonly address: Address;
  private readonly socket: Socket;
  private readonly reader = new FrameReader(RESPONSE_BYTES_MAX);
  private readonly waiting = new Map<number, Waiting>();
  private versions: Map<number, { min: number; max: number }> | null = null;
  private correlationId = 0;
  private closed: Failure | null = null;

  private readonly clientId: string;

  private constructor(address: Address, socket: Socket, clientId: string) {
    this.address = address;
    this.socket = socket;
    this.clientId = clientId;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.onData(chunk));
    socket.on("error", (error) => this.fail(error.message));
    socket.on("close", () => this.fail("the connection was closed"));
  }

  static async open(address: Address, timeoutMs = 5_000, clientId = CLIENT_ID): Promise<BrokerLink> {
    const socket = createConnection({ host: address.host, port: address.port });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy();
        reject(unreachable(address, `no connection within ${timeoutMs} ms`));
      }, timeoutMs);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.removeAllListeners("error");
        resolve();
      });
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(unreachable(address, messageOf(error)));
      });
    });
    const link = new BrokerLink(address, socket, clientId);
    try {
      await link.negotiate(timeoutMs);
    } catch (error) {
      link.close();
      throw error;
    }
    return link;
  }

  get isOpen(): boolean {
    return this.closed === null;
  }

  /** The highest version that both sides speak; null when they share none. */
  versionOf(api: Api): number | null {
    const served = this.versions?.get(api.key);
    if (served === undefined) return null;
    const version = Math.min(served.max, api.maxVersion);
    return version >= Math.max(served.min, api.minVersion) ? version : null;
  }

  /** Sends a request at the highest common version (or at most `versionMax`) and waits for its answer. */
  call<A extends Api>(
    api: A,
    request: Input<A["request"]>,
    timeoutMs = 30_000,
    versionMax = 99,
  ): Promise<ResponseOf<A>> {
    const version = this.versionOf(api);
    if (version === null) {
      throw new Failure(`The broker at ${this.address.host}:${this.address.port} does not serve ${api.name}.`);
    }
    return this.send(api, Math.min(version, versionMax), request, timeoutMs);
  }

  /** Sends a request that no broker answers, such as a Produce with acks=0. Resolves when the operating system has it. */
  tell<A extends Api>(api: A, request: Input<A["request"]>, versionMax = 99): Promise<void> {
    const version = this.versionOf(api);
    if (version === null) {
      throw new Failure(`The broker at ${this.address.host}:${this.address.port} does not serve ${api.name}.`);
    }
    if (this.closed !== null) return Promise.reject(this.closed);
    return new Promise((resolve, reject) => {
      const frame = encodeRequest(api, Math.min(version, versionMax), this.correlationId++, this.clientId, request);
      this.socket.write(Buffer.concat(frame), (error) => {
        if (error) reject(unreachable(this.address, messageOf(error)));
        else resolve();
      });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private async negotiate(timeoutMs: number): Promise<void> {
    const request = { clientSoftwareName: "holdfast", clientSoftwareVersion: "0.1.0" };
    let answer = await this.send(Apis.ApiVersions, 3, request, timeoutMs);
    if (answer.errorCode === ErrorCode.UNSUPPORTED_VERSION)
      answer = await this.send(Apis.ApiVersions, 0, {}, timeoutMs);
    this.versions = new Map(
      answer.apiKeys.map((each) => [each.apiKey, { min: each.minVersion, max: each.maxVersion }]),
    );
  }

  private send<A extends Api>(
    api: A,
    version: number,
    request: Input<A["request"]>,
    timeoutMs: number,
  ): Promise<ResponseOf<A>> {
    if (this.closed !== null) return Promise.reject(this.closed);
    const correlationId = this.correlationId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(correlationId);
        reject(unreachable(this.address, `no answer to ${api.name} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiting.set(correlationId, {
        api,
        version,
        resolve: (body) => {
          clearTimeout(timer);
          resolve(body as ResponseOf<A>);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.socket.cork();
      for (const chunk of encodeRequest(api, version, correlationId, this.clientId, request)) this.socket.write(chunk);
      this.socket.uncork();
    });
  }

  private onData(chunk: Buffer): void {
    try {
      this.reader.push(chunk);
      for (let frame = this.reader.next(); frame !== null; frame = this.reader.next()) this.onFrame(frame);
    } catch (error) {
      this.fail(`the answer cannot be read: ${messageOf(error)}`);
      this.socket.destroy();
    }
  }

  private onFrame(frame: Uint8Array): void {
    const correlationId = new DataView(frame.buffer, frame.byteOffset, 4).getInt32(0);
    const waiting = this.waiting.get(correlationId);
    // It was given up after its time-out.
    if (waiting === undefined) return;
    this.waiting.delete(correlationId);
    waiting.resolve(decodeResponse(waiting.api, waiting.version, frame).body);
  }

  private fail(reason: string): void {
    if (this.closed !== null) return;
    this.closed = unreachable(this.address, reason);
    for (const waiting of this.waiting.values()) waiting.reject(this.closed);
    this.waiting.clear();
  }
}

function unreachable(address: Address, reason: string): Failure {
  return new Failure(`Broker ${address.host}:${address.port}: ${reason}.`);
}
