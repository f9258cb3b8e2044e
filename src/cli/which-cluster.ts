import { parseBootstrapServers } from "../cluster/addresses.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { type ClusterRecord, runningClusters } from "../cluster/runtime-directory.js";
import type { ClusterChoice } from "./options.js";

/** The bootstrap servers: --bootstrap-server, --cluster, KAFKA_BROKERS, then the one cluster that runs here. */
export async function chosenBootstrapServers(choice: ClusterChoice): Promise<string> {
  if (choice.bootstrapServer !== undefined) return choice.bootstrapServer;
  if (choice.cluster !== undefined) return (await chosenCluster(choice)).bootstrapServers;
  const fromEnvironment = process.env.KAFKA_BROKERS;
  if (fromEnvironment) {
    parseBootstrapServers(fromEnvironment, "KAFKA_BROKERS");
    return fromEnvironment;
  }
  return (await chosenCluster(choice)).bootstrapServers;
}

/** A cluster that an `up` of this user runs on this machine. */
export async function chosenCluster(choice: ClusterChoice): Promise<ClusterRecord> {
  const running = await runningClusters();
  const fitting = running.filter((record) => {
    if (choice.cluster !== undefined) return record.clusterId.startsWith(choice.cluster);
    const wanted = choice.bootstrapServer ?? process.env.KAFKA_BROKERS;
    return !wanted || sharesBroker(record, wanted);
  });
  if (fitting.length === 1) return fitting[0];
  const list = running.map((record) => `  ${record.clusterId}  ${record.bootstrapServers}`).join("\n");
  if (running.length === 0) {
    throw new Failure(
      "No cluster runs on this machine under this user.",
      "Start one with `holdfast up`, or name one with --bootstrap-server or KAFKA_BROKERS.",
      ExitCode.usage,
    );
  }
  const what =
    fitting.length === 0 ? "None of the running clusters is the one that was asked for" : "Several clusters run";
  throw new Failure(`${what}:\n${list}`, "Say which with --cluster ID or --bootstrap-server.", ExitCode.usage);
}

function sharesBroker(record: ClusterRecord, wanted: string): boolean {
  const ports = new Set(record.brokers.map((broker) => String(broker.port)));
  return wanted.split(",").some((address) => ports.has(address.slice(address.lastIndexOf(":") + 1).trim()));
}
