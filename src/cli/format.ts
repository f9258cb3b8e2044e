import { Command } from "commander";
import { collect } from "./options.js";

export interface FormatOptions {
  readonly config: string;
  readonly clusterId: string;
  readonly set: string[];
  readonly ignoreFormatted?: boolean;
}

export function define(): Command {
  return new Command("format")
    .description("format the log directories of one node, as Apache Kafka's storage tool does")
    .requiredOption("--config <file>", "server.properties")
    .requiredOption("--cluster-id <id>", "22 characters; the same for all nodes of a cluster")
    .option("--set <name=value>", "one property, instead of the file's; may be given several times", collect, [])
    .option("--ignore-formatted", "leave directories alone that are formatted already")
    .addHelpText(
      "after",
      "\nExample:\n  holdfast format --config server.properties --cluster-id MkU3OEVBNTcwNTJENDM2Qg",
    )
    .action(async (options: FormatOptions) => {
      const { format } = await import("../node/main.js");
      await format(options);
    });
}
