import { Command } from "commander";
import { type ClusterChoice, clusterOptions, jsonOption } from "./options.js";

export function define(): Command {
  const command = new Command("env")
    .description("print the cluster's address for a shell")
    .addHelpText("after", '\nExample:\n  eval "$(holdfast env)" && node my-consumer.js');
  for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
  return command.action(async (options: ClusterChoice & { json?: boolean }) => {
    const { chosenBootstrapServers } = await import("./which-cluster.js");
    const { print, printJson } = await import("./output.js");
    const servers = await chosenBootstrapServers(options);
    if (options.json) printJson({ KAFKA_BROKERS: servers });
    else print(`export KAFKA_BROKERS=${servers}`);
  });
}
