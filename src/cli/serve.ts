import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { assignment, each, text } from "./options.js";

export interface ServeOptions {
  readonly config: string;
  readonly set: string[];
  readonly clusterId?: string;
}

export function define(): Command {
  return new Command("serve")
    .description("run one broker, controller, or both, from a file as Apache Kafka's")
    .requiredOption("--config <file>", "server.properties", text("--config"))
    .option(
      "--set <name=value>",
      "one property, instead of the file's; may be given several times",
      each(assignment("--set")),
      [],
    )
    .option("--cluster-id <id>", "format an empty directory for this cluster")
    .addHelpText(
      "after",
      "\nExample:\n  holdfast serve --config server.properties --set log.retention.hours=1\n\nEnvironment: KAFKA_NODE_ID=1 sets node.id, and so on; ___ is -, __ is _, _ is a dot.",
    )
    .action(async (options: ServeOptions) => {
      const { brokerProgram } = await import("../cluster/engines/broker-program.js");
      const { serve } = (await import(pathToFileURL(brokerProgram()).href)) as typeof import("../node/main.js");
      await serve(options);
    });
}
