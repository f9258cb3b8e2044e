import { KRAFT_VERSION, METADATA_VERSION, SUPPORTED_FEATURES } from "../../metadata/feature-levels.js";
import type { FeaturesImage } from "../../metadata/image.js";
import { type Api, Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { Input } from "../../protocol/schema.js";
import { handler } from "../handler.js";

type ApiVersionsResponse = Input<(typeof Apis.ApiVersions)["response"]>;
type Feature = ResponseOf<typeof Apis.ApiVersions>["finalizedFeatures"][number];

/** What a client may call itself (KIP-511). */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
/** First version that can tell of a feature whose lowest level is 0: older clients cannot read one (KAFKA-17492). */
const LEVEL_ZERO_FROM = 4;
const SOFTWARE_FROM = 3;

export const apiVersions = handler({
  api: Apis.ApiVersions,
  handle(request, scope) {
    const { version, body, connection } = request;
    if (version >= SOFTWARE_FROM) {
      const { clientSoftwareName, clientSoftwareVersion } = body;
      if (!SOFTWARE.test(clientSoftwareName) || !SOFTWARE.test(clientSoftwareVersion)) {
        request.respond({ errorCode: ErrorCode.INVALID_REQUEST });
        return;
      }
      connection.clientSoftwareName = clientSoftwareName;
      connection.clientSoftwareVersion = clientSoftwareVersion;
    }
    const { features, offset } = scope.image;
    request.respond({
      apiKeys: connection.listener.served.map(advertised),
      supportedFeatures: supportedFeatures(version),
      finalizedFeatures: finalizedFeatures(features),
      finalizedFeaturesEpoch: offset,
    });
  },
});

/** To a version that is not known here: version 0 of the response, which tells of this API alone (KIP-511). */
export function apiVersionsOfUnknownVersion(): ApiVersionsResponse {
  return { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [advertised(Apis.ApiVersions)] };
}

function advertised(api: Api): { apiKey: number; minVersion: number; maxVersion: number } {
  return { apiKey: api.key, minVersion: api.minVersionAdvertised, maxVersion: api.maxVersion };
}

function supportedFeatures(version: number): { name: string; minVersion: number; maxVersion: number }[] {
  const features: { name: string; minVersion: number; maxVersion: number }[] = [];
  for (const [name, { min, max }] of SUPPORTED_FEATURES) {
    if (min > 0 || version >= LEVEL_ZERO_FROM) features.push({ name, minVersion: min, maxVersion: max });
  }
  return features;
}

function finalizedFeatures(features: FeaturesImage): Feature[] {
  const finalized: Feature[] = [];
  const add = (name: string, level: number) => {
    if (level > 0) finalized.push({ name, minVersionLevel: level, maxVersionLevel: level });
  };
  add(METADATA_VERSION, features.metadataVersion);
  add(KRAFT_VERSION, features.kraftVersion);
  for (const [name, level] of features.finalized) add(name, level);
  return finalized;
}
