import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName } from "../protocol/errors.js";
import type { MetadataResponse } from "../protocol/messages/03-metadata.js";
import { parseBootstrapServers } from "./addresses.js";
import { type Address, BrokerLink } from "./broker-link.js";
import { Failure } from "./failure.js";

/** A broker that is paused takes connections and never answers. */
const ANSWER_LIMIT_MS = 2_000;

/** Asks a running cluster, of Holdfast or of Apache Kafka, through Kafka's protocol. Reconnects where a broker went away. */
export class Admin {
  private readonly bootstrap: readonly Address[];
  /** Questions at the same time share what one of them opens. */
  private readonly links = new Map<string, Promise<BrokerLink>>();
  /** Addresses of the brokers by id, as last heard. */
  private brokers = new Map<number, Address>();

  /** What the brokers' logs and events call this client; undefined: the links' own. */
  private readonly clientId: string | undefined;

  private constructor(bootstrap: readonly Address[], clientId: string | undefined) {
    this.bootstrap = bootstrap;
    this.clientId = clientId;
  }

  /** Throws a `Failure` when none of the servers answers. */
  static async connect(bootstrapServers: string, clientId?: string): Promise<Admin> {
    const admin = new Admin(parseBootstrapServers(bootstrapServers), clientId);
    await admin.any();
    return admin;
  }

  /** A connection to some broker that answers. */
  async any(): Promise<BrokerLink> {
    return this.firstAnswer(async (link) => link);
  }

  /** A connection to one broker, by the id that Metadata gave. */
  async broker(id: number): Promise<BrokerLink> {
    const address = this.brokers.get(id);
    if (address === undefined) throw new Failure(`Broker ${id} is not in the cluster's metadata.`);
    return this.linkTo(address);
  }

  /** Topics null: all. A broker that does not answer is passed over. */
  async metadata(topics: readonly string[] | null, allowAutoTopicCreation = false): Promise<MetadataResponse> {
    const request = { topics: topics === null ? null : topics.map((name) => ({ name })), allowAutoTopicCreation };
    const answer = await this.firstAnswer((link) => link.call(Apis.Metadata, request, ANSWER_LIMIT_MS));
    this.brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    return answer;
  }

  private async firstAnswer<R>(ask: (link: BrokerLink) => Promise<R>): Promise<R> {
    const reasons: string[] = [];
    for (const address of [...this.bootstrap, ...this.brokers.values()]) {
      let link: BrokerLink | null = null;
      try {
        link = await this.linkTo(address);
        return await ask(link);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        // The next question goes to another broker first.
        link?.close();
        reasons.push(error.message);
      }
    }
    throw new Failure(
      `No broker answers. ${reasons.slice(0, 3).join(" ")}`,
      "Is the cluster running? `holdfast status` shows those of this machine.",
    );
  }

  close(): void {
    for (const opening of this.links.values()) {
      void opening.then(
        (link) => link.close(),
        // Whoever opened it was told.
        () => undefined,
      );
    }
    this.links.clear();
  }

  private async linkTo(address: Address): Promise<BrokerLink> {
    const key = `${address.host}:${address.port}`;
    const known = this.links.get(key);
    if (known !== undefined) {
      const link = await known;
      if (link.isOpen) return link;
      if (this.links.get(key) !== known) return this.linkTo(address);
    }
    const opening = BrokerLink.open(address, ANSWER_LIMIT_MS, this.clientId);
    this.links.set(key, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.links.get(key) === opening) this.links.delete(key);
      throw error;
    }
  }
}

/** Throws a `Failure` that names the thing when the code is an error. */
export function expectNone(errorCode: number, message: string | null | undefined, what: string): void {
  if (errorCode === ErrorCode.NONE) return;
  throw new Failure(`${what}: ${message || errorMessage(errorCode)} (${errorName(errorCode)})`);
}
