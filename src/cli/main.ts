#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";

/** A command's file is loaded only when it is called (or when help lists them all): start-up is a feature. */
const COMMANDS: Record<string, () => Promise<{ define(): Command }>> = {
  up: () => import("./up.js"),
  serve: () => import("./serve.js"),
  format: () => import("./format.js"),
  exec: () => import("./exec.js"),
  topic: () => import("./topic.js"),
  group: () => import("./group.js"),
  config: () => import("./config.js"),
  acl: () => import("./acl.js"),
  produce: () => import("./produce.js"),
  consume: () => import("./consume.js"),
  events: () => import("./events.js"),
  trace: () => import("./trace.js"),
  status: () => import("./status.js"),
  fault: () => import("./fault.js"),
  env: () => import("./env.js"),
  doctor: () => import("./doctor.js"),
  completion: () => import("./completion.js"),
};

const EXAMPLES = `
Examples:
  holdfast                                  three brokers on 9092, 9093, 9094; Ctrl-C stops them
  holdfast up --topic orders:3:3            the same, with a topic
  holdfast exec -- npm test                 a cluster for the time of one command
  holdfast produce orders                   one record per line of standard input
  holdfast consume orders --from-beginning  and read them back
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

/** Usage errors end with the documented code, also those of subcommands. */
function overrideExit(command: Command): void {
  command.exitOverride();
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
