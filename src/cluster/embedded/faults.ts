import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { ClusterFault } from "../cluster-faults.js";
import { HoldfastError, shown } from "./error.js";
import { isPlainObject, wrong } from "./options.js";

/** Kafka's name of an API, such as "Produce", "Fetch" or "JoinGroup". */
export type ApiName = keyof typeof Apis;
/** Kafka's name of an error, such as "NOT_LEADER_OR_FOLLOWER". */
export type ErrorName = Exclude<keyof typeof ErrorCode, "NONE">;

/** Which requests of clients a fault hits. Requests between brokers, and those of this API itself, are never hit. */
export interface RequestMatch {
  readonly api: ApiName | readonly ApiName[];
  /** Of this client only. */
  readonly clientId?: string;
  /** At this broker only. */
  readonly broker?: number;
  /** So many requests at each broker, for each API; without it all, until it is healed. */
  readonly times?: number;
}

/** The request is answered with the error, and not carried out. */
export interface ErrorFault extends RequestMatch {
  readonly type: "error";
  readonly error: ErrorName;
}

/** The request is carried out, and so answered, so many milliseconds later. */
export interface DelayFault extends RequestMatch {
  readonly type: "delay";
  readonly ms: number;
}

/** The client's connection is closed when the request comes, which is not carried out. */
export interface ResetFault extends RequestMatch {
  readonly type: "reset";
}

/** Nothing passes between two groups of brokers; with `oneWay` only what `a` sends to `b` is lost. Clients reach all of them. */
export interface PartitionFault {
  readonly type: "partition";
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly oneWay?: boolean;
}

/** Each write and each sync of a broker's disk takes so many milliseconds longer. */
export interface SlowDiskFault {
  readonly type: "slow-disk";
  readonly broker: number;
  readonly msPerWrite: number;
}

/** A broker holds its connections and does nothing, as after SIGSTOP. */
export interface PauseFault {
  readonly type: "pause";
  readonly broker: number;
}

export type FaultSpec = ErrorFault | DelayFault | ResetFault | PartitionFault | SlowDiskFault | PauseFault;

/** Something that is broken, until it is healed. Healing twice does no harm. */
export interface Fault extends AsyncDisposable {
  readonly spec: FaultSpec;
  heal(): Promise<void>;
}

/** Checks a specification; throws a `HoldfastError`. */
export function resolveFault(spec: FaultSpec, brokers: readonly number[]): FaultSpec {
  if (!isPlainObject(spec))
    throw wrong("The fault", spec, 'an object such as { type: "delay", … }', "INVALID_ARGUMENT");
  const names = FIELDS[spec.type];
  if (names === undefined) {
    const allowed = Object.keys(FIELDS).map((each) => `"${each}"`);
    throw wrong("The fault's `type`", (spec as FaultSpec).type, `one of ${allowed.join(", ")}`, "INVALID_ARGUMENT");
  }
  for (const name of Object.keys(spec)) {
    if (name === "type" || names.includes(name)) continue;
    const text = `A fault of the type "${spec.type}" has no \`${name}\`; it has ${names.join(", ")}.`;
    throw new HoldfastError("INVALID_ARGUMENT", text);
  }
  switch (spec.type) {
    case "partition":
      group("a", spec.a, brokers);
      group("b", spec.b, brokers);
      for (const id of spec.a) {
        if (spec.b.includes(id)) {
          throw wrong("The fault's `b`", spec.b, `without broker ${id}, which is in \`a\``, "INVALID_ARGUMENT");
        }
      }
      if (spec.oneWay !== undefined && typeof spec.oneWay !== "boolean") {
        throw wrong("The fault's `oneWay`", spec.oneWay, "true or false", "INVALID_ARGUMENT");
      }
      break;
    case "slow-disk":
      broker(spec.broker, brokers);
      milliseconds("msPerWrite", spec.msPerWrite);
      break;
    case "pause":
      broker(spec.broker, brokers);
      break;
    default:
      requests(spec, brokers);
  }
  return spec;
}

const MATCH = ["api", "clientId", "broker", "times"];
const FIELDS: Readonly<Record<FaultSpec["type"], readonly string[]>> = {
  error: ["error", ...MATCH],
  delay: ["ms", ...MATCH],
  reset: MATCH,
  partition: ["a", "b", "oneWay"],
  "slow-disk": ["broker", "msPerWrite"],
  pause: ["broker"],
};

function requests(spec: ErrorFault | DelayFault | ResetFault, brokers: readonly number[]): void {
  const apis = apisOf(spec);
  if (apis.length === 0) throw wrong("The fault's `api`", spec.api, "at least one API", "INVALID_ARGUMENT");
  for (const api of apis) {
    if (typeof api === "string" && Object.hasOwn(Apis, api) && Apis[api].listeners.includes("broker")) continue;
    throw wrong("The fault's `api`", api, 'the name of an API, such as "Produce" or "Fetch"', "INVALID_ARGUMENT");
  }
  if (spec.clientId !== undefined && typeof spec.clientId !== "string") {
    throw wrong("The fault's `clientId`", spec.clientId, "a text", "INVALID_ARGUMENT");
  }
  if (spec.broker !== undefined) broker(spec.broker, brokers);
  if (spec.times !== undefined && (!Number.isInteger(spec.times) || spec.times < 1)) {
    throw wrong("The fault's `times`", spec.times, "a whole number from 1", "INVALID_ARGUMENT");
  }
  if (spec.type === "delay") milliseconds("ms", spec.ms);
  if (spec.type === "error" && (!Object.hasOwn(ErrorCode, spec.error) || (spec.error as string) === "NONE")) {
    throw wrong("The fault's `error`", spec.error, 'a name such as "NOT_LEADER_OR_FOLLOWER"', "INVALID_ARGUMENT");
  }
}

function broker(id: unknown, brokers: readonly number[]): void {
  if (brokers.some((each) => each === id)) return;
  throw new HoldfastError("UNKNOWN_BROKER", `There is no broker ${shown(id)}; there are ${brokers.join(", ")}.`);
}

function group(name: string, ids: unknown, brokers: readonly number[]): void {
  if (!Array.isArray(ids) || ids.length === 0) {
    throw wrong(`The fault's \`${name}\``, ids, "an array of broker ids", "INVALID_ARGUMENT");
  }
  for (const id of ids) broker(id, brokers);
}

function milliseconds(name: string, ms: unknown): void {
  if (typeof ms === "number" && ms >= 0 && ms <= 3_600_000) return;
  throw wrong(`The fault's \`${name}\``, ms, "a number of milliseconds from 0 to 3600000", "INVALID_ARGUMENT");
}

function apisOf({ api }: RequestMatch): readonly ApiName[] {
  return typeof api === "string" || !Array.isArray(api) ? [api as ApiName] : api;
}

/** What of it the brokers are told. */
export function clusterFaultsOf(spec: Exclude<FaultSpec, PauseFault>): ClusterFault[] {
  switch (spec.type) {
    case "partition":
      return [{ kind: "partition", a: spec.a, b: spec.b, oneWay: spec.oneWay ?? false }];
    case "slow-disk":
      return [{ kind: "slow-disk", broker: spec.broker, msPerWrite: spec.msPerWrite }];
    default:
      return apisOf(spec).map((api) => ({
        kind: "requests",
        broker: spec.broker ?? null,
        fault: {
          type: spec.type,
          apiKey: Apis[api].key,
          errorCode: spec.type === "error" ? ErrorCode[spec.error] : 0,
          ms: spec.type === "delay" ? spec.ms : 0,
          clientId: spec.clientId ?? null,
          times: spec.times ?? null,
        },
      }));
  }
}

/** A fault that `end` ends. */
export function faultOf(spec: FaultSpec, end: () => Promise<void>): Fault {
  let healing: Promise<void> | null = null;
  const heal = (): Promise<void> => {
    healing ??= end();
    return healing;
  };
  return { spec, heal, [Symbol.asyncDispose]: heal };
}
