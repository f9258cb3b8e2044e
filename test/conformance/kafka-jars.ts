import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

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

/** Why a test against Apache Kafka's jars has to be skipped; false when it can run. In CI it must run. */
export function skipReason(needs: { readonly java: boolean }): string | false {
  const jars = kafkaJars();
  let reason = "missing" in jars ? jars.missing : false;
  if (reason === false && needs.java && spawnSync("java", ["-version"]).status !== 0) reason = "there is no java";
  if (reason !== false && process.env.CI === "true") throw new Error(`conformance cannot be tested: ${reason}`);
  return reason;
}

export function jarPath(artifact: string): string {
  const jars = kafkaJars();
  if ("missing" in jars) throw new Error(jars.missing);
  return join(jars.folder, `${artifact}-${VERSION}.jar`);
}
