import { Command } from "commander";
import { ExitCode } from "../cluster/failure.js";
import { jsonOption } from "./options.js";

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

export function define(): Command {
  return new Command("doctor")
    .description("what on this machine helps or hinders a cluster")
    .addHelpText("after", "\nExample:\n  holdfast doctor --json | jq '.[] | select(.ok | not)'")
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => {
      const { print, printJson } = await import("./output.js");
      const findings = await examine();
      if (options.json) printJson(findings);
      else for (const { what, ok, detail } of findings) print(`${ok ? "ok  " : "no  "}${what}: ${detail}`);
      if (findings.some((finding) => !finding.ok && REQUIRED.has(finding.what))) process.exitCode = ExitCode.failure;
    });
}

const REQUIRED = new Set(["Node", "temporary directory"]);

async function examine(): Promise<Finding[]> {
  const [{ accessSync, constants }, os, { choosePorts }, { findJava }, { messageOf }, { runningClusters }] =
    await Promise.all([
      import("node:fs"),
      import("node:os"),
      import("../cluster/ports.js"),
      import("../cluster/engines/kafka.js"),
      import("../cluster/failure.js"),
      import("../cluster/runtime-directory.js"),
    ]);
  const findings: Finding[] = [];
  const [major, minor] = process.versions.node.split(".").map(Number);
  const nodeFits = major > 20 || (major === 20 && minor >= 19);
  findings.push({
    what: "Node",
    ok: nodeFits,
    detail: nodeFits ? process.versions.node : `${process.versions.node}, 20.19 is needed`,
  });
  try {
    accessSync(os.tmpdir(), constants.W_OK);
    findings.push({ what: "temporary directory", ok: true, detail: os.tmpdir() });
  } catch (error) {
    findings.push({ what: "temporary directory", ok: false, detail: messageOf(error) });
  }
  const wishes = {
    brokers: 3,
    host: "127.0.0.1",
    port: 9092,
    consolePort: 9080,
    advertised: 0,
    any: false,
    strict: false,
  };
  const { shiftedBecauseOf, ports } = await choosePorts(wishes);
  findings.push({
    what: "ports",
    ok: shiftedBecauseOf === null,
    detail:
      shiftedBecauseOf === null
        ? "9092 to 9094 and 9080 are free"
        : `${shiftedBecauseOf} is taken; \`up\` would use ${ports.brokers.join(", ")}`,
  });
  for (const [what, module] of NATIVE) findings.push(await native(what, module));
  const java = await findJava();
  findings.push({
    what: "Java (for --engine kafka)",
    ok: java.problem === null,
    detail: java.problem === null ? java.name : `${java.problem.message} Nothing else needs it.`,
  });
  const clusters = await runningClusters();
  findings.push({
    what: "running clusters",
    ok: true,
    detail:
      clusters.length === 0
        ? "none"
        : clusters.map((each) => `${each.clusterId} at ${each.bootstrapServers}`).join("; "),
  });
  return findings;
}

const NATIVE = [
  ["native CRC32C", "@node-rs/crc32"],
  ["native snappy", "snappy"],
  ["native lz4", "lz4-napi"],
] as const;

async function native(what: string, module: string): Promise<Finding> {
  try {
    await import(module);
    return { what, ok: true, detail: module };
  } catch (error) {
    // The message's first line says whether it is absent or does not load here.
    return {
      what,
      ok: false,
      detail: `${module} cannot be loaded, a slower one is used (${(error as Error).message.split("\n")[0]})`,
    };
  }
}
