/**
 * ApiVersions (key 18): what the other side serves, and the features of the cluster.
 *
 * - 0: the first
 * - 1: response adds throttleTimeMs
 * - 2: throttled after the answer (KIP-219)
 * - 3: flexible; request adds clientSoftwareName and clientSoftwareVersion; response adds supportedFeatures
 *   (tagged), finalizedFeaturesEpoch (tagged), finalizedFeatures (tagged) and zkMigrationReady (tagged); flexible,
 *   except the header of the response (KIP-511, KIP-584)
 * - 4: features whose lowest level is 0 are no longer left out
 */
import { array, bool, int16, int32, int64, message, string, type Value } from "../schema.js";

export const ApiVersionsRequest = message("ApiVersionsRequest", "0-4", "3+", {
  clientSoftwareName: string("3+", { ignorable: true }),
  clientSoftwareVersion: string("3+", { ignorable: true }),
});
export type ApiVersionsRequest = Value<typeof ApiVersionsRequest>;

export const ApiVersionsResponse = message("ApiVersionsResponse", "0-4", "3+", {
  errorCode: int16("0+"),
  apiKeys: array("0+").of({
    apiKey: int16("0+"),
    minVersion: int16("0+"),
    maxVersion: int16("0+"),
  }),
  throttleTimeMs: int32("1+", { ignorable: true }),
  supportedFeatures: array("3+", { tag: 0, ignorable: true }).of({
    name: string("3+"),
    minVersion: int16("3+"),
    maxVersion: int16("3+"),
  }),
  finalizedFeaturesEpoch: int64("3+", { default: -1, tag: 1, ignorable: true }),
  finalizedFeatures: array("3+", { tag: 2, ignorable: true }).of({
    name: string("3+"),
    maxVersionLevel: int16("3+"),
    minVersionLevel: int16("3+"),
  }),
  zkMigrationReady: bool("3+", { tag: 3, ignorable: true }),
});
export type ApiVersionsResponse = Value<typeof ApiVersionsResponse>;
