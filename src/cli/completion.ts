import { Command } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";

export function define(): Command {
  return new Command("completion")
    .description("print completion for a shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      `
Examples:
  source <(holdfast completion bash)
  holdfast completion fish > ~/.config/fish/completions/holdfast.fish`,
    )
    .action(async (shell: string) => {
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (script === undefined)
        throw new Failure(`There is no completion for "${shell}".`, "There is for bash, zsh and fish.", ExitCode.usage);
      process.stdout.write(script(await words()));
    });
}

interface Words {
  readonly commands: string;
  /** Of commands that have commands of their own, and the options of the others. */
  readonly seconds: readonly (readonly [command: string, words: string])[];
}

/** From the definitions themselves, so that none is forgotten. */
async function words(): Promise<Words> {
  const { COMMANDS } = await import("./commands.js");
  const seconds: [string, string][] = [];
  for (const [name, load] of Object.entries(COMMANDS)) {
    const command = name === "completion" ? null : (await load()).define();
    const own = command?.commands.map((each) => each.name()) ?? ["bash", "zsh", "fish"];
    const options = command?.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long])) ?? [];
    const found = own.length > 0 ? own : options;
    if (found.length > 0) seconds.push([name, found.join(" ")]);
  }
  return { commands: Object.keys(COMMANDS).join(" "), seconds };
}

const SCRIPTS: Record<string, ((words: Words) => string) | undefined> = {
  bash: ({ commands, seconds }) => `_holdfast() {
  local words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands}"
  else
    case "\${COMP_WORDS[1]}" in
${seconds.map(([name, each]) => `      ${name}) words="${each}" ;;`).join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _holdfast holdfast
`,
  zsh: ({ commands, seconds }) => `#compdef holdfast
_holdfast() {
  if (( CURRENT == 2 )); then
    compadd -- ${commands}
  else
    case "$words[2]" in
${seconds.map(([name, each]) => `      ${name}) compadd -- ${each} ;;`).join("\n")}
    esac
  fi
}
compdef _holdfast holdfast
`,
  fish: ({ commands, seconds }) =>
    `complete -c holdfast -f -n __fish_use_subcommand -a "${commands}"\n${seconds
      .map(([name, each]) => `complete -c holdfast -f -n "__fish_seen_subcommand_from ${name}" -a "${each}"\n`)
      .join("")}`,
};
