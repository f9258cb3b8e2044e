#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";
import { COMMANDS } from "./commands.js";

const EXAMPLES = `
Examples:
  holdfast                                  three brokers on 9092, 9093, 9094; Ctrl-C stops them
  holdfast up --topic orders:3:3            the same, with a topic
  holdfast exec -- npm test                 a cluster for the time of one command
  holdfast produce orders                   one record per line of standard input
  holdfast consume orders --from-beginning  and read them back
  holdfast trace orders:0@0                 who holds the first record, and who has read it
  holdfast fault kill 1                     SIGKILL broker 1 and see what happens

Exit codes: 0 done, 1 failure, 2 usage, 3 not ready in time, 4 port taken.`;

async function main(words: readonly string[]): Promise<void> {
  const [first] = words;
  const isFlagOfUp =
    first === undefined || (first.startsWith("-") && !["-h", "--help", "-V", "--version"].includes(first));
  const args = isFlagOfUp ? ["up", ...words] : words;
  const wanted = args[0] in COMMANDS ? [args[0]] : Object.keys(COMMANDS);
  const program = new Command("holdfast")
    .description(
      "A replicated message broker that speaks Apache Kafka's protocol: a real three-broker cluster in about a second.",
    )
    .version("0.1.0")
    .addHelpText("after", EXAMPLES)
    .enablePositionalOptions();
  for (const name of wanted) program.addCommand((await COMMANDS[name]()).define());
  overrideExit(program);
  await program.parseAsync([...args], { from: "user" });
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Usage errors end with the documented code, also those of subcommands. */
function overrideExit(command: Command): void {
  command.exitOverride();
  const path = pathOf(command);
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "holdfast: ")) });
  command.showHelpAfterError(`\`${path} --help\` shows what there is, with examples.`);
  for (const each of command.commands) overrideExit(each);
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of the pipe has enough (`holdfast consume t | head`).
  if (error.code === "EPIPE") process.exit(ExitCode.done);
  throw error;
});

main(process.argv.slice(2)).catch(async (error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  } else if (error instanceof Failure) {
    process.stderr.write(`holdfast: ${error.message}${error.advice === "" ? "" : `\n${error.advice}`}\n`);
    process.exitCode = error.exitCode;
  } else {
    const { stackOfSources } = await import("../node/source-positions.js");
    const stack = stackOfSources((error as Error)?.stack ?? String(error));
    process.stderr.write(`holdfast: this is a fault of Holdfast itself, please report it.\n${stack}\n`);
    process.exitCode = ExitCode.failure;
  }
});
