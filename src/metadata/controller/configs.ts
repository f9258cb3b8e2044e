import { ErrorCode } from "../../protocol/errors.js";
import type { AlterConfigsRequest, AlterConfigsResponse } from "../../protocol/messages/33-alter-configs.js";
import type { IncrementalAlterConfigsRequest } from "../../protocol/messages/44-incremental-alter-configs.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { hasCordonedDirectories } from "../feature-levels.js";
import { ConfigResource, configKey, configResourceOf } from "../image.js";
import { invalidTopicName } from "../topic-names.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { ApiError, Decision } from "./options.js";
import { NO_ERROR } from "./responses.js";

/** AlterConfigOp.OpType */
export const SET = 0;
export const DELETE = 1;
export const APPEND = 2;
export const SUBTRACT = 3;

const MIN_ISR = "min.insync.replicas";
const CORDONED_LOG_DIRS = "cordoned.log.dirs";
const VALUE_MAX = 32767;

export interface ConfigChange {
  readonly name: string;
  /** SET, DELETE, APPEND or SUBTRACT. */
  readonly operation: number;
  readonly value: string | null;
}

type ResourceResult = NonNullable<Input<AlterConfigsResponse>["responses"]>[number];

export function incrementalAlterConfigs(
  scope: HandlerScope,
  _version: number,
  request: IncrementalAlterConfigsRequest,
): Decision {
  return alterResources(
    scope,
    request.resources,
    request.validateOnly,
    (type, name, configs, records) =>
      applyOverrides(
        scope,
        type,
        name,
        configs.map((config) => ({ name: config.name, operation: config.configOperation, value: config.value })),
        false,
        records,
      ) ?? NO_ERROR,
  );
}

/** The deprecated API: what is not named goes back to its default. */
export function alterConfigs(scope: HandlerScope, _version: number, request: AlterConfigsRequest): Decision {
  return alterResources(scope, request.resources, request.validateOnly, (type, name, configs, records) => {
    const withoutValue = configs.filter((config) => config.value === null).map((config) => config.name);
    if (withoutValue.length > 0) {
      const message = `Null value not supported for configs: ${withoutValue.join(",")}`;
      return { code: ErrorCode.INVALID_REQUEST, message };
    }
    const named = new Set(configs.map((config) => config.name));
    const changes: ConfigChange[] = configs.map((config) => ({
      name: config.name,
      operation: SET,
      value: config.value,
    }));
    for (const key of scope.state.configsOf(type, name).keys()) {
      if (!named.has(key)) changes.push({ name: key, operation: DELETE, value: null });
    }
    return applyOverrides(scope, type, name, changes, false, records) ?? NO_ERROR;
  });
}

interface Resource<C> {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configs: readonly C[];
}

function alterResources<C>(
  scope: HandlerScope,
  resources: readonly Resource<C>[],
  validateOnly: boolean,
  alter: (type: number, name: string, configs: readonly C[], records: MetadataRecord[]) => ApiError,
): Decision {
  const counts = new Map<string, number>();
  for (const { resourceType, resourceName } of resources) {
    const key = configKey(resourceType, resourceName);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const records: MetadataRecord[] = [];
  const responses: ResourceResult[] = [];
  const answer = (resourceType: number, resourceName: string, error: ApiError) =>
    responses.push({ errorCode: error.code, errorMessage: error.message, resourceType, resourceName });
  for (const [key, count] of counts) {
    if (count === 1) continue;
    const { type, name } = configResourceOf(key);
    answer(type, name, { code: ErrorCode.INVALID_REQUEST, message: "Duplicate resource." });
  }
  for (const { resourceType, resourceName, configs } of resources) {
    if ((counts.get(configKey(resourceType, resourceName)) as number) > 1) continue;
    answer(
      resourceType,
      resourceName,
      resourceError(scope, resourceType, resourceName) ?? alter(resourceType, resourceName, configs, records),
    );
  }
  return { records: validateOnly ? [] : records, response: { responses } };
}

function resourceError(scope: HandlerScope, type: number, name: string): ApiError | null {
  const invalid = (message: string): ApiError => ({ code: ErrorCode.INVALID_REQUEST, message });
  switch (type) {
    case ConfigResource.topic: {
      if (name === "") return invalid("Default topic resources are not allowed.");
      const reason = invalidTopicName(name);
      if (reason !== null) return { code: ErrorCode.INVALID_TOPIC_EXCEPTION, message: reason };
      if (scope.state.topicsByName.has(name)) return null;
      return { code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: `The topic '${name}' does not exist.` };
    }
    case ConfigResource.broker: {
      if (name === "") return null;
      if (!/^[+-]?\d{1,10}$/.test(name)) return invalid("Unable to parse broker name as a base 10 number.");
      const id = Number(name);
      if (id < 0) return invalid("Invalid negative broker ID.");
      if (scope.state.brokers.has(id) || scope.state.controllers.has(id) || id === scope.options.nodeId) return null;
      const message = `No node with id ${id} found.`;
      return { code: ErrorCode.BROKER_ID_NOT_REGISTERED, message };
    }
    case ConfigResource.clientMetrics:
      return name === "" ? invalid("Default client metrics resources are not allowed.") : null;
    case ConfigResource.group:
      return name === "" ? invalid("Default group resources are not allowed.") : null;
    case ConfigResource.brokerLogger:
      return invalid("Log levels are a broker's own: send the request to that broker.");
    default:
      return { code: ErrorCode.UNSUPPORTED_VERSION, message: `Unknown resource type ${type}.` };
  }
}

/** Adds the records of the changes to `records`, or tells why they are not allowed. */
export function applyOverrides(
  scope: HandlerScope,
  type: number,
  name: string,
  changes: readonly ConfigChange[],
  isNewTopic: boolean,
  records: MetadataRecord[],
): ApiError | null {
  const current = scope.state.configsOf(type, name);
  const overrides = new Map(current);
  const changed: MetadataRecord[] = [];
  let changesMinIsr = false;
  for (const change of changes) {
    const value = newValue(scope, type, change, overrides.get(change.name) ?? null);
    if (value !== null && typeof value === "object") return value;
    const error = restrictionError(scope, type, name, change.name, value);
    if (error !== null) return error;
    // A broker hears of each change of its own resource, even of one that leaves the value: it re-reads files then.
    if (value === (current.get(change.name) ?? null) && type !== ConfigResource.broker) continue;
    if (value === null) overrides.delete(change.name);
    else overrides.set(change.name, value);
    changesMinIsr ||= change.name === MIN_ISR;
    changed.push({
      kind: "ConfigRecord",
      version: 0,
      value: { resourceType: type, resourceName: name, name: change.name, value },
    });
  }
  const reason = scope.options.configs.validate(type, name, overrides);
  if (reason !== null) {
    // Apache Kafka's brokers judge their own configs before the controller sees them, with another code.
    const code = type === ConfigResource.broker ? ErrorCode.INVALID_REQUEST : ErrorCode.INVALID_CONFIG;
    return { code, message: reason };
  }
  // With another minimal ISR, who was eligible to lead may not be (KIP-966). A topic that is new has none yet.
  if (changesMinIsr && scope.state.elrEnabled && !isNewTopic) {
    const topicName = type === ConfigResource.topic ? name : "";
    changed.push({ kind: "ClearElrRecord", version: 0, value: { topicName } });
  }
  records.push(...changed);
  return null;
}

function newValue(
  scope: HandlerScope,
  type: number,
  change: ConfigChange,
  current: string | null,
): string | null | ApiError {
  const { name, operation, value } = change;
  const invalid = (message: string): ApiError => ({ code: ErrorCode.INVALID_CONFIG, message });
  switch (operation) {
    case SET:
      return value ?? { code: ErrorCode.INVALID_REQUEST, message: `Null value not supported for : ${name}` };
    case DELETE:
      return null;
    case APPEND:
    case SUBTRACT: {
      const operationName = operation === APPEND ? "APPEND" : "SUBTRACT";
      if (!scope.options.configs.isList(type, name)) {
        return invalid(`Can't ${operationName} to key ${name} because its type is not LIST.`);
      }
      if (value === null) {
        return { code: ErrorCode.INVALID_REQUEST, message: `Null value not supported for : ${name}` };
      }
      let items = (current ?? scope.options.configs.defaultValue(type, name) ?? "").split(",");
      items = items.filter((item) => item !== "");
      for (const item of value.split(",")) {
        if (operation === SUBTRACT) items = items.filter((other) => other !== item);
        else if (!items.includes(item)) items.push(item);
      }
      return items.join(",");
    }
    default:
      return { code: ErrorCode.INVALID_REQUEST, message: `Unknown operation ${operation} for the key ${name}.` };
  }
}

function restrictionError(
  scope: HandlerScope,
  type: number,
  resource: string,
  key: string,
  value: string | null,
): ApiError | null {
  const invalid = (message: string): ApiError => ({ code: ErrorCode.INVALID_CONFIG, message });
  if (value !== null && value.length > VALUE_MAX) {
    return invalid(
      `The configuration value cannot be added because it exceeds the maximum value size of ${VALUE_MAX} bytes.`,
    );
  }
  if (type !== ConfigResource.broker) return null;
  if (key === MIN_ISR && scope.state.elrEnabled) {
    if (resource !== "") return invalid(`Broker-level ${MIN_ISR} cannot be altered while ELR is enabled.`);
    if (value === null) return invalid(`Cluster-level ${MIN_ISR} cannot be removed while ELR is enabled.`);
  }
  if (key === CORDONED_LOG_DIRS && !hasCordonedDirectories(scope.state.metadataVersion)) {
    return invalid(
      `The ${CORDONED_LOG_DIRS} configuration value cannot be set because it requires metadata.version >= 30`,
    );
  }
  return null;
}
