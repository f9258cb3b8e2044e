import { Command } from "commander";
import { type ClusterChoice, clusterOptions, jsonOption } from "./options.js";

export function define(): Command {
  const command = new Command("status")
    .description("brokers, controller, quorum and partitions at a glance; exit code 0 whatever the health")
    .addHelpText("after", "\nExample:\n  holdfast status --json | jq -e .healthy");
  for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
  return command.action(async (options: ClusterChoice & { json?: boolean }) => {
    const [{ Admin }, { clusterStatus }, { chosenBootstrapServers }, output] = await Promise.all([
      import("../cluster/admin.js"),
      import("../cluster/status.js"),
      import("./which-cluster.js"),
      import("./output.js"),
    ]);
    const admin = await Admin.connect(await chosenBootstrapServers(options));
    try {
      const status = await clusterStatus(admin);
      if (options.json) return output.printJson(status);
      output.print(status.health);
      output.print(`\nCluster ${status.clusterId}, controller ${status.controller ?? "none"}\n`);
      output.print(
        output.table(
          ["broker", "address", "leads", "replicas", "quorum lag"],
          status.brokers.map((broker) => [
            broker.id,
            `${broker.host}:${broker.port}`,
            broker.leaders,
            broker.replicas,
            String(status.quorum?.voters.find((voter) => voter.id === broker.id)?.lag ?? "-"),
          ]),
        ),
      );
    } finally {
      admin.close();
    }
  });
}
