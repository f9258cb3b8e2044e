import { randomBytes } from "node:crypto";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import type { Admin } from "../admin.js";
import type { BrokerLink } from "../broker-link.js";
import { pause } from "../readiness.js";
import { createTopic, deleteTopics } from "../topics.js";
import { HoldfastError, shown, translated } from "./error.js";
import { resolveTopic, type TopicSpec } from "./options.js";

const RESET_LIMIT_MS = 15_000;
const PAUSE_MS = 10;

/** What a namespace needs of its cluster. */
export interface NamespaceHost {
  /** How many brokers there are. */
  readonly size: number;
  admin(): Promise<Admin>;
  untilInSync(topic: string): Promise<void>;
}

/**
 * Topics and groups of one test file, told apart by their names' prefix: files that share a cluster do not see each other's. Groups that are
 * to be reset get their names here.
 */
export class Namespace implements AsyncDisposable {
  /** All names here begin with it. */
  readonly prefix: string;
  private readonly host: NamespaceHost;

  /** Made by `Holdfast.namespace`. */
  constructor(host: NamespaceHost, prefix: string | undefined) {
    if (prefix !== undefined && (typeof prefix !== "string" || !/^[a-zA-Z0-9._-]{1,100}$/.test(prefix))) {
      throw new HoldfastError(
        "INVALID_ARGUMENT",
        `The prefix is ${shown(prefix)}, but must be 1 to 100 of letters, digits, ".", "_" and "-".`,
      );
    }
    this.host = host;
    this.prefix = `${prefix ?? "test"}-${randomBytes(4).toString("hex")}-`;
  }

  /** The name of a topic here; it need not exist. */
  topic(name: string): string {
    return this.prefix + name;
  }

  /** The name of a group here. */
  group(name: string): string {
    return this.prefix + name;
  }

  /** Creates a topic here, in sync when this resolves; returns its full name. */
  async createTopic(topic: string | TopicSpec): Promise<string> {
    const spec = resolveTopic("The topic", topic, this.host.size, "INVALID_ARGUMENT");
    const full = { ...spec, name: this.topic(spec.name) };
    await translated(async () => createTopic(await this.host.admin(), full, spec.configs, false), "INVALID_ARGUMENT");
    await this.host.untilInSync(full.name);
    return full.name;
  }

  /** Deletes the topics and groups here, and nothing else. A group that still has members is waited for, at most 15 s. */
  async reset(): Promise<void> {
    await translated(async () => {
      const admin = await this.host.admin();
      await this.deleteGroups(admin);
      await this.deleteTopics(admin);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.reset();
  }

  private async deleteTopics(admin: Admin): Promise<void> {
    const mine = async (): Promise<string[]> => {
      const { topics } = await admin.metadata(null);
      return topics.map(({ name }) => name ?? "").filter((name) => name.startsWith(this.prefix));
    };
    const names = await mine();
    if (names.length === 0) return;
    await deleteTopics(admin, names);
    const deadline = Date.now() + RESET_LIMIT_MS;
    while ((await mine()).length > 0) {
      if (Date.now() > deadline) throw new HoldfastError("TIMEOUT", `The topics ${names.join(", ")} are still there.`);
      await pause(PAUSE_MS);
    }
  }

  private async deleteGroups(admin: Admin): Promise<void> {
    const { brokers } = await admin.metadata([]);
    for (const { nodeId } of brokers) {
      const link = await admin.broker(nodeId);
      const { groups } = await link.call(Apis.ListGroups, {});
      const mine = groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(this.prefix));
      await this.deleteGroupsAt(link, mine);
    }
  }

  /** Members that were closed just now may not have left yet. */
  private async deleteGroupsAt(link: BrokerLink, names: readonly string[]): Promise<void> {
    const deadline = Date.now() + RESET_LIMIT_MS;
    let left = names;
    while (left.length > 0) {
      const { results } = await link.call(Apis.DeleteGroups, { groupsNames: [...left] });
      left = results.filter(({ errorCode }) => errorCode === ErrorCode.NON_EMPTY_GROUP).map(({ groupId }) => groupId);
      const wrong = results.find(({ errorCode }) => !GONE.has(errorCode) && errorCode !== ErrorCode.NON_EMPTY_GROUP);
      if (wrong !== undefined) {
        const text = `The group ${wrong.groupId} was not deleted: ${errorName(wrong.errorCode)}.`;
        throw new HoldfastError("FAILED", text);
      }
      if (left.length === 0) return;
      if (Date.now() > deadline) {
        throw new HoldfastError("TIMEOUT", `The groups ${left.join(", ")} still have members: close their consumers.`);
      }
      await pause(PAUSE_MS);
    }
  }
}

const GONE: ReadonlySet<number> = new Set([ErrorCode.NONE, ErrorCode.GROUP_ID_NOT_FOUND]);
