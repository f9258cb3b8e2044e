import { Command, Option } from "commander";
import { assignment, each, text } from "./options.js";

export interface FormatOptions {
  readonly config: string;
  readonly clusterId: string;
  readonly set: string[];
  readonly ignoreFormatted?: boolean;
  readonly standalone?: boolean;
  /** False: there are none, which was said. */
  readonly initialControllers?: string | false;
  readonly releaseVersion?: string;
  readonly feature: string[];
}

export function define(): Command {
  return new Command("format")
    .description("format the log directories of one node, as Apache Kafka's storage tool does")
    .requiredOption("-c, --config <file>", "server.properties", text("--config"))
    .requiredOption("-t, --cluster-id <id>", "22 characters; the same for all nodes of a cluster")
    .option(
      "--set <name=value>",
      "one property, instead of the file's; may be given several times",
      each(assignment("--set")),
      [],
    )
    .option("-g, --ignore-formatted", "leave directories alone that are formatted already")
    .option("-r, --release-version <version>", "features of an older release of Apache Kafka, such as 4.2")
    .option(
      "-f, --feature <name=level>",
      "level of one feature; may be given several times",
      each(assignment("--feature")),
      [],
    )
    .addOption(
      new Option("-s, --standalone", "of a dynamic quorum: this controller is its only voter").conflicts(
        "initialControllers",
      ),
    )
    .option(
      "-I, --initial-controllers <id@host:port:directory,…>",
      "of a dynamic quorum: its voters; the same for all nodes",
    )
    .option("-N, --no-initial-controllers", "of a dynamic quorum: this controller joins one that there is")
    .addHelpText(
      "after",
      "\nExample:\n  holdfast format --config server.properties --cluster-id MkU3OEVBNTcwNTJENDM2Qg\n\nA quorum is dynamic when controller.quorum.bootstrap.servers is set, and controller.quorum.voters is not. A controller of one\nneeds one of --standalone, --initial-controllers and --no-initial-controllers.",
    )
    .action(async (options: FormatOptions) => {
      const { format } = await import("../node/main.js");
      await format(options);
    });
}
