import type { Admin } from "../../cluster/admin.js";
import { serverNameOf } from "../../cluster/broker-http.js";
import type { BrokerLink } from "../../cluster/broker-link.js";
import { METADATA_VERSION } from "../../metadata/feature-levels.js";
import { metadataVersionName } from "../../metadata/release-versions.js";
import { RELEASE } from "../../node/release.js";
import { Apis, apiByKey } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { BrokerVersions, Software } from "../shapes.js";
import type { Target } from "./target.js";

const LIMIT_MS = 3_000;
/** Only Holdfast has it. */
const OWN_CONFIG = "holdfast.ack.after";
const OWN_NAME = "Holdfast";

/** What a broker tells of its versions: which of Kafka's requests it serves and which levels of features, by ApiVersions. */
export async function versionsOf(link: BrokerLink): Promise<BrokerVersions> {
  // Asked anew: levels change while it runs, and the first request of a connection is too old to tell of levels from 0.
  const { apiKeys, supportedFeatures, finalizedFeatures } = await link.call(
    Apis.ApiVersions,
    { clientSoftwareName: "holdfast", clientSoftwareVersion: RELEASE },
    LIMIT_MS,
  );
  const levels = new Map(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]));
  const named = (feature: string, level: number): string | null =>
    feature === METADATA_VERSION ? metadataVersionName(level) : null;
  const features = supportedFeatures
    .map(({ name, minVersion: min, maxVersion: max }) => {
      // A level that is not finalized is 0, of every feature.
      const level = levels.get(name) ?? 0;
      return { name, level, min, max, levelName: named(name, level), maxName: named(name, max) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const apis = apiKeys
    .map(({ apiKey, minVersion: min, maxVersion: max }) => ({
      key: apiKey,
      name: apiByKey(apiKey)?.name ?? null,
      min,
      max,
    }))
    .sort((a, b) => a.key - b.key);
  return { features, apis };
}

/**
 * Which software a broker is, and of which release, as far as anybody tells: Kafka's protocol tells neither. Holdfast's brokers tell
 * their release over HTTP, where the supervisor knows the port; that of Apache Kafka is known where this program started it.
 */
export async function softwareOf(
  admin: Admin,
  id: number,
  { local, http }: Pick<Target, "local" | "http">,
): Promise<Software> {
  const broker = local?.brokers.find(({ plan }) => plan.id === id);
  if (local !== null && broker !== undefined) {
    if (local.engine.name === "kafka") {
      const { KAFKA_VERSION } = await import("../../cluster/engines/kafka.js");
      return { name: "Apache Kafka", release: KAFKA_VERSION, from: "its supervisor, which started it" };
    }
    if (local.subscribe !== null) return { name: OWN_NAME, release: RELEASE, from: "this program, in which it runs" };
  }
  const address =
    local === null
      ? http.find((each) => each.broker === id)
      : { host: local.plan.host, port: broker?.plan.httpPort ?? null };
  if (address !== undefined && address.port !== null) {
    const told = await serverNameOf({ host: address.host, port: address.port });
    const match = /^Holdfast\/(\S+)$/.exec(told ?? "");
    if (match !== null) return { name: OWN_NAME, release: match[1], from: "the broker itself, over HTTP" };
  }
  return { name: (await hasOwnConfig(admin, id)) ? OWN_NAME : null, release: null, from: null };
}

async function hasOwnConfig(admin: Admin, id: number): Promise<boolean> {
  const link = await admin.broker(id);
  const resources = [{ resourceType: 4, resourceName: String(id), configurationKeys: [OWN_CONFIG] }];
  const { results } = await link.call(Apis.DescribeConfigs, { resources }, LIMIT_MS);
  return results[0]?.errorCode === ErrorCode.NONE && results[0].configs.some(({ name }) => name === OWN_CONFIG);
}
