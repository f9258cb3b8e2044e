import { Command } from "commander";
import type { FaultVerb } from "../cluster/control.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { type ClusterChoice, clusterOptions, jsonOption } from "./options.js";

const DESCRIPTIONS: Record<FaultVerb, string> = {
  kill: "SIGKILL: the process is gone between two instructions",
  stop: "SIGTERM: a controlled shutdown; the broker stays down",
  restart: "stop a broker if it runs, and start it",
  pause: "SIGSTOP: it holds its connections and says nothing",
  heal: "let a paused broker go on, start one that is down",
};

export function define(): Command {
  const fault = new Command("fault").description("break and mend brokers of a cluster that `holdfast up` runs here");
  for (const [verb, description] of Object.entries(DESCRIPTIONS)) {
    const command = fault.command(verb).description(description).argument("<broker>", "a broker's id, or `all`");
    for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
    command.action((broker: string, options: ClusterChoice & { json?: boolean }) =>
      run(verb as FaultVerb, broker, options),
    );
  }
  fault.addHelpText("after", "\nExamples:\n  holdfast fault kill 1\n  holdfast fault heal all");
  return fault;
}

async function run(verb: FaultVerb, broker: string, options: ClusterChoice & { json?: boolean }): Promise<void> {
  if (broker !== "all" && !/^\d+$/.test(broker)) {
    throw new Failure(`"${broker}" is no broker id.`, "Give a number, or `all`.", ExitCode.usage);
  }
  const [{ sendControl }, { chosenCluster }, { print, printJson }] = await Promise.all([
    import("../cluster/control.js"),
    import("./which-cluster.js"),
    import("./output.js"),
  ]);
  const cluster = await chosenCluster(options);
  const processes = await sendControl(cluster.controlSocket, {
    verb,
    broker: broker === "all" ? null : Number(broker),
  });
  for (const each of processes) {
    if (options.json) printJson(each);
    else print(`Broker ${each.broker} (process ${each.pid ?? "none"}) is ${each.state}.`);
  }
}
