import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { COMMANDS } from "./commands.js";

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

test("help of every command teaches by example", async () => {
  for (const [name, load] of Object.entries(COMMANDS)) {
    const command = (await load()).define();
    const texts = [command, ...command.commands].map(helpOf);
    assert.ok(
      texts.some((text) => /Examples?:\n {2}holdfast/.test(text) || /Examples?:\n {2}\S/.test(text)),
      `${name} shows no example`,
    );
  }
});

test("what asks a cluster can be told which, and answers in JSON", async () => {
  for (const name of ["topic", "group", "config", "acl", "produce", "consume", "events", "trace", "status", "env"]) {
    const command = (await COMMANDS[name]()).define();
    for (const each of command.commands.length > 0 ? command.commands : [command]) {
      const options = each.options.map(({ long }) => long);
      for (const wanted of ["--bootstrap-server", "--cluster", "--json"])
        assert.ok(options.includes(wanted), `${name} ${each.name()} lacks ${wanted}`);
    }
  }
});
