import {
  FEATURE_NEEDS,
  KRAFT_VERSION,
  LATEST_METADATA_VERSION,
  METADATA_VERSION,
  SUPPORTED_FEATURES,
} from "../metadata/feature-levels.js";
import { metadataVersionOf } from "../metadata/release-versions.js";
import { ExitCode, StartFailure } from "./start-failure.js";

/** Which levels of features a cluster begins with, as Apache Kafka's storage tool is told of them. */
export interface FeatureChoice {
  /** `4.2`, `4.2-IV0`; the newest by default. */
  readonly releaseVersion?: string;
  /** NAME=LEVEL, each. */
  readonly feature?: readonly string[];
}

export interface ChosenFeatures {
  readonly metadataVersion: number;
  /** Levels other than the release's own; 0 leaves a feature out. */
  readonly features: ReadonlyMap<string, number>;
}

/** Throws a StartFailure for what there is not, and for levels that do not go together. */
export function chosenFeatures(choice: FeatureChoice, isDynamicQuorum: boolean): ChosenFeatures {
  const features = new Map<string, number>();
  for (const pair of choice.feature ?? []) {
    const [name, level] = featureLevel(pair);
    features.set(name, level);
  }
  let metadataVersion = features.get(METADATA_VERSION) ?? LATEST_METADATA_VERSION;
  if (choice.releaseVersion !== undefined) {
    if (features.has(METADATA_VERSION))
      throw misuse(`--release-version and --feature ${METADATA_VERSION} say the same.`);
    const level = metadataVersionOf(choice.releaseVersion);
    if (level === null) {
      throw misuse(
        `--release-version ${choice.releaseVersion}: there are 3.3-IV3 to 4.3-IV0, or a release such as 4.2.`,
      );
    }
    metadataVersion = level;
  }
  features.delete(METADATA_VERSION);
  const kraftVersion = features.get(KRAFT_VERSION);
  if (kraftVersion !== undefined && kraftVersion !== (isDynamicQuorum ? 1 : 0)) {
    const why = isDynamicQuorum ? "controller.quorum.voters is not set" : "controller.quorum.voters is set";
    throw misuse(`--feature ${KRAFT_VERSION}=${kraftVersion}: ${why}, so it is ${isDynamicQuorum ? 1 : 0}.`);
  }
  // Written with the voters, where it belongs.
  features.delete(KRAFT_VERSION);
  for (const [name, level] of features) {
    const needed = FEATURE_NEEDS.get(name)?.[level] ?? 0;
    if (metadataVersion < needed) {
      throw misuse(`--feature ${name}=${level} needs ${METADATA_VERSION} ${needed}, and it is ${metadataVersion}.`);
    }
  }
  return { metadataVersion, features };
}

function featureLevel(pair: string): readonly [string, number] {
  const match = /^([^=]+)=(\d+)$/.exec(pair);
  if (match === null) throw misuse(`--feature ${pair}: it must be NAME=LEVEL, such as ${METADATA_VERSION}=29.`);
  const [, name, text] = match;
  const range = SUPPORTED_FEATURES.get(name);
  if (range === undefined) {
    throw misuse(`--feature ${pair}: there is no ${name}, but ${[...SUPPORTED_FEATURES.keys()].join(", ")}.`);
  }
  const level = Number(text);
  if (level < range.min || level > range.max)
    throw misuse(`--feature ${pair}: ${name} has ${range.min} to ${range.max}.`);
  return [name, level];
}

function misuse(message: string): StartFailure {
  return new StartFailure(message, ExitCode.usage);
}
