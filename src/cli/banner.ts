import type { LocalCluster } from "../cluster/local-cluster.js";
import { bracketed } from "../cluster/plan.js";
import { bold, dim } from "./output.js";

/** What a person sees when the cluster is ready. */
export function banner(cluster: LocalCluster, consoleUrl: string | null, readyMs: number): string {
  const { plan } = cluster;
  const what = cluster.engine.name === "kafka" ? "Apache Kafka, started by Holdfast" : "Holdfast";
  const lines = [
    "",
    `  ${bold(what)}  ${plan.brokers.length} brokers, ready in ${(readyMs / 1000).toFixed(2)} s`,
    "",
    `  Brokers      ${bold(cluster.bootstrapServers)}`,
    `  Controllers  ${plan.brokers.map((broker) => `${plan.host}:${broker.controllerPort}`).join(",")}`,
  ];
  const http = plan.brokers
    .filter((broker) => broker.httpPort !== null)
    .map((broker) => `${plan.host}:${broker.httpPort}`);
  if (http.length > 0) lines.push(`  HTTP         ${http.join(",")}`);
  plan.advertise.forEach((listener, index) => {
    const host = bracketed(listener.host);
    lines.push(`  Also         ${plan.brokers.map((broker) => `${host}:${broker.advertisedPorts[index]}`).join(",")}`);
  });
  if (consoleUrl !== null) lines.push(`  Console      ${bold(consoleUrl)}`);
  lines.push(`  Data         ${plan.ephemeral ? "thrown away at exit" : plan.directory}`, "");
  if (process.stdin.isTTY) lines.push(dim("  h help   o console   1–9 then k kill, r restart   q quit"), "");
  return lines.join("\n");
}
