import { ErrorCode } from "../../protocol/errors.js";
import type { UpdateFeaturesRequest } from "../../protocol/messages/57-update-features.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import {
  ELR_VERSION,
  FEATURE_NEEDS,
  hasControllerRegistration,
  KRAFT_VERSION,
  METADATA_VERSION,
  MINIMUM_METADATA_VERSION,
  metadataChangedBetween,
} from "../feature-levels.js";
import { ConfigResource, type VersionRange } from "../image.js";
import type { HandlerScope } from "./handlers.js";
import type { Decision } from "./options.js";

/** UpdateFeaturesRequest.upgradeType */
const UPGRADE = 1;
const SAFE_DOWNGRADE = 2;
const UNSAFE_DOWNGRADE = 3;

const MIN_ISR = "min.insync.replicas";

/** All updates take effect, or none (KIP-584, KIP-1022). */
export function updateFeatures(scope: HandlerScope, version: number, request: UpdateFeaturesRequest): Decision {
  const { state, options } = scope;
  const proposed = new Map(state.features);
  proposed.set(METADATA_VERSION, state.metadataVersion);
  proposed.set(KRAFT_VERSION, options.kraftVersion());
  for (const update of request.featureUpdates) proposed.set(update.feature, update.maxVersionLevel);
  const records: MetadataRecord[] = [];
  for (const { feature, maxVersionLevel: level, allowDowngrade, upgradeType: type } of request.featureUpdates) {
    const upgradeType = version === 0 && allowDowngrade ? SAFE_DOWNGRADE : type;
    const reason = updateError(scope, feature, level, upgradeType, proposed);
    if (reason !== null) return refusal(feature, level, reason);
    if (feature === KRAFT_VERSION) continue;
    records.push({ kind: "FeatureLevelRecord", version: 0, value: { name: feature, featureLevel: level } });
  }
  if ((proposed.get(ELR_VERSION) ?? 0) > 0 && !state.elrEnabled) records.unshift(...elrSafetyRecords(scope));
  // Last, when nothing can be refused any more: it is appended at once, by the quorum itself.
  const level = proposed.get(KRAFT_VERSION) ?? 0;
  if (level !== options.kraftVersion() && !request.validateOnly) {
    const reason = options.upgradeKraftVersion(level, false);
    if (reason !== null) return refusal(KRAFT_VERSION, level, reason);
    // Something to wait for.
    records.push({ kind: "NoOpRecord", version: 0, value: {} });
  }
  return {
    records: request.validateOnly ? [] : records,
    response: {
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      results:
        version <= 1
          ? request.featureUpdates.map(({ feature }) => ({
              feature,
              errorCode: ErrorCode.NONE,
              errorMessage: null,
            }))
          : [],
    },
  };
}

function refusal(feature: string, level: number, reason: string): Decision {
  const errorMessage =
    "The update failed for all features since the following feature had an error: " +
    `Invalid update version ${level} for feature ${feature}. ${reason}`;
  return { records: [], response: { errorCode: ErrorCode.INVALID_UPDATE_VERSION, errorMessage, results: [] } };
}

function updateError(
  scope: HandlerScope,
  name: string,
  level: number,
  upgradeType: number,
  proposed: ReadonlyMap<string, number>,
): string | null {
  const { state, options } = scope;
  if (upgradeType !== UPGRADE && upgradeType !== SAFE_DOWNGRADE && upgradeType !== UNSAFE_DOWNGRADE) {
    return "The controller does not support the given upgrade type.";
  }
  let current = state.features.get(name) ?? 0;
  if (name === METADATA_VERSION) current = state.metadataVersion;
  if (name === KRAFT_VERSION) current = options.kraftVersion();
  if (level < 0) return "A feature version cannot be less than 0.";
  const unsupported = unsupportedReason(scope, name, level);
  if (unsupported !== null) return unsupported;
  if (level < current && upgradeType === UPGRADE) {
    return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.";
  }
  if (level > current && upgradeType !== UPGRADE) return "Can't downgrade to a newer version.";
  if (name === METADATA_VERSION) return metadataVersionError(scope, current, level, upgradeType, proposed);
  if (name === KRAFT_VERSION) return options.upgradeKraftVersion(level, true);
  const needed = FEATURE_NEEDS.get(name)?.[level] ?? (level > 0 ? MINIMUM_METADATA_VERSION : 0);
  if ((proposed.get(METADATA_VERSION) ?? 0) < needed) {
    return `${name} could not be set to ${level} because it depends on ${METADATA_VERSION} level ${needed}`;
  }
  return null;
}

function metadataVersionError(
  scope: HandlerScope,
  current: number,
  level: number,
  upgradeType: number,
  proposed: ReadonlyMap<string, number>,
): string | null {
  const broken = [...scope.state.features.keys()].find((name) => {
    const featureLevel = proposed.get(name) ?? 0;
    return featureLevel > 0 && level < (FEATURE_NEEDS.get(name)?.[featureLevel] ?? 0);
  });
  if (broken !== undefined) return `${broken} depends on a newer ${METADATA_VERSION}.`;
  if (level >= current || !metadataChangedBetween(level, current)) return null;
  if (upgradeType === UNSAFE_DOWNGRADE) return "Unsafe metadata downgrade is not supported in this version.";
  return "Refusing to perform the requested downgrade because it might delete metadata information.";
}

/** Every broker and every controller must be able to work at the level. */
function unsupportedReason(scope: HandlerScope, name: string, level: number): string | null {
  const { state, options } = scope;
  const own = unsupportedBy(`Local controller ${options.nodeId}`, options.supportedFeatures.get(name), level);
  if (own !== null) return own;
  for (const broker of state.brokers.values()) {
    const reason = unsupportedBy(`Broker ${broker.id}`, broker.features.get(name), level);
    if (reason !== null) return reason;
  }
  if (!hasControllerRegistration(state.metadataVersion)) return null;
  for (const controller of state.controllers.values()) {
    if (controller.id === options.nodeId) continue;
    const reason = unsupportedBy(`Controller ${controller.id}`, controller.features.get(name), level);
    if (reason !== null) return reason;
  }
  for (const id of options.voterIds()) {
    if (id !== options.nodeId && !state.controllers.has(id)) {
      return `controller ${id} has not registered, and may not support this feature`;
    }
  }
  return null;
}

function unsupportedBy(who: string, range: VersionRange | undefined, level: number): string | null {
  if (range === undefined) return level === 0 ? null : `${who} does not support this feature.`;
  if (level >= range.min && level <= range.max) return null;
  return `${who} only supports versions ${range.min}-${range.max}`;
}

/** With ELR, the minimal ISR is one for the cluster and each topic: no broker may see another (KIP-966). */
function elrSafetyRecords(scope: HandlerScope): MetadataRecord[] {
  const { state, options } = scope;
  const record = (resourceName: string, value: string | null): MetadataRecord => ({
    kind: "ConfigRecord",
    version: 0,
    value: { resourceType: ConfigResource.broker, resourceName, name: MIN_ISR, value },
  });
  const records: MetadataRecord[] = [];
  if (!state.configsOf(ConfigResource.broker, "").has(MIN_ISR)) {
    records.push(record("", options.configs.staticTopicValue(MIN_ISR)));
  }
  for (const broker of state.brokers.keys()) {
    if (state.configsOf(ConfigResource.broker, String(broker)).has(MIN_ISR)) records.push(record(String(broker), null));
  }
  return records;
}
