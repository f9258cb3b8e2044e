import { ConfigResource } from "../metadata/image.js";
import type { Api, Apis, RequestOf, ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorMessage } from "../protocol/errors.js";
import { decide, decideAs } from "./controller-decision.js";
import { type ForwardedCall, forwardAs } from "./forwarding.js";
import { nodeIdError } from "./node-resource.js";
import type { Request } from "./request.js";
import type { ServerScope } from "./scope.js";

type LegacyApi = typeof Apis.AlterConfigs;
type IncrementalApi = typeof Apis.IncrementalAlterConfigs;
type Response = ResponseOf<IncrementalApi>;
type Resource = Request<LegacyApi>["body"]["resources"][number] | Request<IncrementalApi>["body"]["resources"][number];

interface Outcome {
  readonly code: number;
  readonly message: string | null;
}

const { topic, broker, brokerLogger, clientMetrics, group } = ConfigResource;
const PERSISTENT: ReadonlySet<number> = new Set([topic, broker, clientMetrics, group]);
const DELETE = 1;
const DONE: Outcome = { code: ErrorCode.NONE, message: null };

/**
 * AlterConfigs and IncrementalAlterConfigs (Kafka: ConfigAdminManager): what this node can judge or do itself, log levels, is done here, the
 * rest is the controller's. The answer has each resource at its place.
 */
export function changeConfigs(request: Request<LegacyApi> | Request<IncrementalApi>, scope: ServerScope): void {
  const isController = request.connection.listener.kind === "controller";
  const { resources, validateOnly } = request.body;
  const outcomes = preprocess(request, isController, scope);
  const rest = (resources as Resource[]).filter((_resource, i) => outcomes[i] === null);
  const plain = request as unknown as Request;
  const merge = new Merge(plain, resources, outcomes);
  const body = { resources: rest, validateOnly };
  if (rest.length === 0) {
    merge.onForwarded({ throttleTimeMs: 0, responses: [] });
  } else if (!isController) {
    if (scope.events.active && !validateOnly) announce(plain, rest, scope);
    forwardAs(plain, plain.api, plain.version, body as RequestOf<Api>, scope, merge as unknown as ForwardedCall);
  } else if (rest.length === resources.length) {
    decide(plain, scope);
  } else {
    decideAs(plain, body, scope, (response) => merge.onForwarded(response as unknown as Response));
  }
}

/** Who asks for it: what is in effect is told by every broker, of which only this one knows the client. */
function announce(request: Request, resources: readonly Resource[], scope: ServerScope): void {
  const { principal, clientHost } = request;
  const client = request.clientId ?? "";
  const cause = `client ${client === "" ? "without a name" : client}, ${principal} at ${clientHost}, asks for it`;
  for (const { resourceType: type, resourceName: name, configs } of resources) {
    const names = configs.map((config) => config.name).join(", ");
    const about = type === topic ? { topic: name } : {};
    const detail = { type, name, names, proposed: true, client, principal, host: clientHost };
    scope.events.emit({ kind: "config", ...about, cause, detail });
  }
}

/** For each resource what became of it here; null: it is the controller's. */
function preprocess(
  request: Request<LegacyApi> | Request<IncrementalApi>,
  isController: boolean,
  scope: ServerScope,
): (Outcome | null)[] {
  const { resources, validateOnly } = request.body;
  const counts = new Map<string, number>();
  for (const { resourceType, resourceName } of resources) {
    const key = `${resourceType}:${resourceName}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return (resources as Resource[]).map((resource) => {
    // What brokers sent on was looked at there; and a controller may change the configs of any broker.
    if (isController && resource.resourceType !== brokerLogger) return null;
    const isTwice = (counts.get(`${resource.resourceType}:${resource.resourceName}`) as number) > 1;
    if (isTwice) return invalid("Each resource must appear at most once.");
    return outcomeOf(resource, validateOnly, scope);
  });
}

function outcomeOf(resource: Resource, validateOnly: boolean, scope: ServerScope): Outcome | null {
  const { resourceType: type, resourceName: name, configs } = resource;
  if (new Set(configs.map((config) => config.name)).size < configs.length) {
    return invalid("Error due to duplicate config keys");
  }
  const nulls = configs.filter((config) => config.value === null && operationOf(config) !== DELETE);
  if (nulls.length > 0)
    return invalid(`Null value not supported for : ${nulls.map((config) => config.name).join(", ")}`);
  const isIncremental = configs.every((config) => operationOf(config) !== null);
  if (type === brokerLogger && isIncremental) {
    const reason = nodeIdError(name, scope.config.nodeId);
    if (reason !== null) return invalid(reason);
    const changes = configs.map((config) => ({
      name: config.name,
      operation: operationOf(config) as number,
      value: config.value,
    }));
    return scope.front.loggers.change(changes, validateOnly) ?? DONE;
  }
  if (!PERSISTENT.has(type)) return invalid(`Unknown resource type ${type}`);
  if (type !== broker || name === "") return null;
  const reason = nodeIdError(name, scope.config.nodeId) ?? cordonError(configs, scope.config.logDirs);
  return reason === null ? null : invalid(reason);
}

/** Why directories cannot be cordoned: only the broker itself knows which it has. */
function cordonError(configs: Resource["configs"], logDirs: readonly string[]): string | null {
  for (const config of configs) {
    if (config.name !== "cordoned.log.dirs" || config.value === null || operationOf(config) === DELETE) continue;
    const items = config.value.split(",").map((item) => item.trim());
    const unknown = items.find((item) => item !== "" && item !== "*" && !logDirs.includes(item));
    if (unknown === undefined) continue;
    return `Invalid value ${config.value} for configuration ${config.name}: ${unknown} is none of this broker's log directories (${logDirs.join(", ")}).`;
  }
  return null;
}

/** Null in a request of the legacy API, which only sets. */
function operationOf(config: Resource["configs"][number]): number | null {
  return "configOperation" in config ? config.configOperation : null;
}

function invalid(message: string): Outcome {
  return { code: ErrorCode.INVALID_REQUEST, message };
}

/** Puts what was decided here and what the controller decided together again. */
class Merge implements ForwardedCall<IncrementalApi> {
  private readonly request: Request;
  private readonly resources: readonly Resource[];
  private readonly outcomes: readonly (Outcome | null)[];

  constructor(request: Request, resources: readonly Resource[], outcomes: readonly (Outcome | null)[]) {
    this.request = request;
    this.resources = resources;
    this.outcomes = outcomes;
  }

  onForwarded(response: Response): void {
    const decided = new Map<string, Outcome>();
    for (const { resourceType, resourceName, errorCode, errorMessage: message } of response.responses) {
      decided.set(`${resourceType}:${resourceName}`, { code: errorCode, message });
    }
    this.respond((resource) => decided.get(`${resource.resourceType}:${resource.resourceName}`));
  }

  onNotForwarded(errorCode: number): void {
    if (errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      this.request.abort("the controller does not speak this version");
      return;
    }
    const outcome = { code: errorCode, message: errorMessage(errorCode) };
    this.respond(() => outcome);
  }

  private respond(decidedOf: (resource: Resource) => Outcome | undefined): void {
    const responses = this.resources.map((resource, i) => {
      const { resourceType, resourceName } = resource;
      const { code, message } = this.outcomes[i] ?? decidedOf(resource) ?? missing();
      return { errorCode: code, errorMessage: message, resourceType, resourceName };
    });
    this.request.respond({ responses } as never);
  }
}

/** The controller forgot the resource. */
function missing(): Outcome {
  return { code: ErrorCode.UNKNOWN_SERVER_ERROR, message: errorMessage(ErrorCode.UNKNOWN_SERVER_ERROR) };
}
