import { randomBytes } from "node:crypto";

/** A new 128-bit id in Kafka's text form; one that starts with "-" would look like an option to command-line tools. */
export function newUuid(): string {
  for (;;) {
    const text = randomBytes(16).toString("base64url");
    if (!text.startsWith("-")) return text;
  }
}

/** The file that binds a log directory to its cluster and node. */
export function metaProperties(clusterId: string, nodeId: number, directoryId: string): string {
  return `version=1\ncluster.id=${clusterId}\nnode.id=${nodeId}\ndirectory.id=${directoryId}\n`;
}
