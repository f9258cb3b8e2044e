import { readFile } from "node:fs/promises";
import { parseAssignments } from "../cluster/assignments.js";
import { ExitCode, Failure, messageOf } from "../cluster/failure.js";
import type { LocalClusterOptions } from "../cluster/local-cluster.js";
import { parseTopicSpec } from "../cluster/topic-spec.js";
import { checkProperties, type UpOptions } from "./up.js";

export type ClusterShape = Omit<UpOptions, "console" | "consolePort">;

/** The cluster that the options ask for; throws a usage `Failure` before anything is started. */
export async function clusterOptionsFrom(
  options: ClusterShape,
  consolePort: number | null,
): Promise<LocalClusterOptions> {
  const fromFile = options.config === undefined ? {} : await readProperties(options.config);
  const properties = { ...fromFile, ...parseAssignments(options.set, "--set") };
  checkProperties(properties);
  return {
    brokers: options.brokers,
    engine: options.engine,
    dataDir: options.dataDir ?? null,
    port: options.port,
    anyPort: options.anyPort === true,
    strictPorts: options.strictPorts === true,
    consolePort,
    topics: options.topic.map(parseTopicSpec),
    properties,
    advertise: options.advertise,
    respawn: options.restart === true,
    readyTimeoutMs: options.readyTimeout * 1000,
  };
}

async function readProperties(path: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new Failure(`--config ${path} cannot be read: ${messageOf(error)}.`, "", ExitCode.usage);
  }
  const found: Record<string, string> = {};
  text.split(/\r?\n/).forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith("!")) return;
    const at = trimmed.search(/[=:]/);
    if (at <= 0) throw new Failure(`${path}, line ${index + 1}: "${trimmed}" is not NAME=VALUE.`, "", ExitCode.usage);
    found[trimmed.slice(0, at).trim()] = trimmed.slice(at + 1).trim();
  });
  return found;
}
