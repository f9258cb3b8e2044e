import { formatNode } from "../server/format.js";
import { StorageError } from "../storage/storage-error.js";
import { chosenFeatures, type FeatureChoice } from "./format-features.js";
import { type InitialControllers, initialVotersOf } from "./initial-voters.js";
import { createNodePorts } from "./ports.js";
import { type ConfigOptions, loadConfig } from "./properties-file.js";
import { RELEASE } from "./release.js";
import { ExitCode, StartFailure } from "./start-failure.js";

export interface FormatOptions extends ConfigOptions, InitialControllers, FeatureChoice {
  readonly clusterId: string;
  readonly ignoreFormatted?: boolean;
}

/** 16 bytes in base64url without padding, as Kafka's Uuid prints them. */
const CLUSTER_ID = /^[A-Za-z0-9_-]{22}$/;

/** Throws a StartFailure for a cluster id that is none. */
export function checkClusterId(id: string): void {
  if (CLUSTER_ID.test(id)) return;
  throw new StartFailure(
    `The cluster id "${id}" does not appear to be a valid UUID: it has 22 characters, letters, digits, "-" and "_", as \`kafka-storage random-uuid\` prints one.`,
    ExitCode.usage,
  );
}

/** Formats; returns what to tell. Throws a StartFailure. */
export function formatDirectories(options: FormatOptions): string[] {
  checkClusterId(options.clusterId);
  const { config } = loadConfig(options);
  const initialVoters = initialVotersOf(config, options);
  const { metadataVersion, features } = chosenFeatures(options, config.quorumVoters.length === 0);
  const ports = createNodePorts({ logLevel: "info", logFormat: "text", logDescriptor: 2 });
  try {
    const formatted = formatNode(
      {
        clusterId: options.clusterId,
        nodeId: config.nodeId,
        directories: config.logDirs,
        metadataDirectory: config.metadataLogDir,
        release: RELEASE,
        timestamp: ports.clock.wallMs(),
        ignoreFormatted: options.ignoreFormatted === true,
        initialVoters,
        metadataVersion,
        features,
      },
      ports,
    );
    return formatted.map(({ path, wasFormatted }) =>
      wasFormatted ? `${path} is formatted already.` : `Formatted ${path} for cluster ${options.clusterId}.`,
    );
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StartFailure(error.message, ExitCode.failure);
  }
}
