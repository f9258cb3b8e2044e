import { Command } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";

const SUBCOMMANDS: Record<string, string> = {
  topic: "list describe create delete",
  fault: "kill stop restart pause heal",
  completion: "bash zsh fish",
};
const COMMANDS = "up serve format exec topic produce consume status fault env doctor completion";

export function define(): Command {
  return new Command("completion")
    .description("print completion for a shell: source <(holdfast completion bash)")
    .argument("<shell>", "bash, zsh or fish")
    .action((shell: string) => {
      const script = SCRIPTS[shell];
      if (script === undefined)
        throw new Failure(`There is no completion for "${shell}".`, "There is for bash, zsh and fish.", ExitCode.usage);
      process.stdout.write(script());
    });
}

const SCRIPTS: Record<string, (() => string) | undefined> = {
  bash: () => `_holdfast() {
  local words=${JSON.stringify(COMMANDS)}
  case "\${COMP_WORDS[1]}" in
${Object.entries(SUBCOMMANDS)
  .map(([name, subcommands]) => `    ${name}) [ "$COMP_CWORD" -gt 1 ] && words="${subcommands}" ;;`)
  .join("\n")}
    *) [ "$COMP_CWORD" -gt 1 ] && return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _holdfast holdfast
`,
  zsh: () => `#compdef holdfast
_holdfast() {
  if (( CURRENT == 2 )); then
    compadd ${COMMANDS}
  elif (( CURRENT == 3 )); then
    case "$words[2]" in
${Object.entries(SUBCOMMANDS)
  .map(([name, subcommands]) => `      ${name}) compadd ${subcommands} ;;`)
  .join("\n")}
    esac
  fi
}
compdef _holdfast holdfast
`,
  fish: () =>
    `complete -c holdfast -f -n __fish_use_subcommand -a "${COMMANDS}"\n${Object.entries(SUBCOMMANDS)
      .map(
        ([name, subcommands]) =>
          `complete -c holdfast -f -n "__fish_seen_subcommand_from ${name}" -a "${subcommands}"\n`,
      )
      .join("")}`,
};
