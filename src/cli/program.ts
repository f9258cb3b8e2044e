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

/** Parses the words of a command line, and does what they say. Throws what `refusalOf` tells. */
export async function run(words: readonly string[]): Promise<void> {
  const { program, args } = await programFor(words);
  await program.parseAsync(args, { from: "user" });
}

/** The commands that the words may call: all of them only where none is named. `args`: the words, with the command that was left out. */
export async function programFor(words: readonly string[]): Promise<{ program: Command; args: string[] }> {
  const [first] = words;
  const isFlagOfUp =
    first === undefined || (first.startsWith("-") && !["-h", "--help", "-V", "--version"].includes(first));
  const args = isFlagOfUp ? ["up", ...words] : words;
  const wanted = Object.hasOwn(COMMANDS, args[0]) ? [args[0]] : Object.keys(COMMANDS);
  const program = new Command("holdfast")
    .description(
      "A replicated message broker that speaks Apache Kafka's protocol: a real three-broker cluster in about a second.",
    )
    .version("0.1.0")
    .addHelpText("after", EXAMPLES)
    .enablePositionalOptions();
  for (const name of wanted) program.addCommand((await COMMANDS[name]()).define());
  overrideExit(program);
  return { program, args: [...args] };
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
  refuseRepeats(command);
  for (const each of command.commands) overrideExit(each);
}

/** What is given twice is most likely a mistake: only one of the values could count. */
function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    const collects = Array.isArray(option.defaultValue);
    if (!option.required || collects) continue;
    let before: string | null = null;
    command.on(`option:${option.name()}`, (value: string) => {
      if (before !== null)
        throw new Failure(`${option.long} is given twice, as ${before} and as ${value}.`, "", ExitCode.usage);
      before = value;
    });
  }
}

export interface Refusal {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** How a command ends that threw this: what is said on standard error, and the exit code. */
export async function refusalOf(error: unknown): Promise<Refusal> {
  // Help, the version, or a word that the parser has refused, and told.
  if (error instanceof CommanderError)
    return { text: "", exitCode: error.exitCode === 0 ? ExitCode.done : ExitCode.usage };
  if (error instanceof Failure) {
    const advice = error.advice === "" ? "" : `\n${error.advice}`;
    return { text: `holdfast: ${error.message}${advice}\n`, exitCode: error.exitCode };
  }
  const { stackOfSources } = await import("../node/source-positions.js");
  const stack = stackOfSources((error as Error)?.stack ?? String(error));
  const text = `holdfast: this is a fault of Holdfast itself, please report it.\n${stack}\n`;
  return { text, exitCode: ExitCode.failure };
}
