import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { kafkaJars as fetchedJars } from "../../src/cluster/engines/kafka.js";

const VERSION = "4.3.1";

/** The folder with Apache Kafka's jars: KAFKA_HOME/libs, or where Maven's copies are kept. */
export function kafkaJars(): { readonly folder: string } | { readonly missing: string } {
  const home = process.env.KAFKA_HOME;
  const folder =
    home !== undefined && home !== ""
      ? join(home, "libs")
      : join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holdfast", `kafka-${VERSION}`);
  if (existsSync(folder) && readdirSync(folder).includes(`kafka-clients-${VERSION}.jar`)) return { folder };
  return { missing: `the jars of Apache Kafka ${VERSION} are not in ${folder}` };
}

/** Why a test against Apache Kafka's jars has to be skipped; false when it can run. In CI it must run: Maven may fetch the jars there. */
export async function skipReason(needs: { readonly java: boolean }): Promise<string | false> {
  const isCi = process.env.CI === "true";
  if (isCi && "missing" in kafkaJars()) await fetchedJars();
  const jars = kafkaJars();
  if ("missing" in jars) return jars.missing;
  if (!needs.java || spawnSync("java", ["-version"]).status === 0) return false;
  if (isCi) throw new Error("conformance cannot be tested: there is no java");
  return "there is no java";
}

export function jarPath(artifact: string): string {
  const jars = kafkaJars();
  if ("missing" in jars) throw new Error(jars.missing);
  return join(jars.folder, `${artifact}-${VERSION}.jar`);
}
