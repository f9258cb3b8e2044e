import { Command } from "commander";
import type { ControlRequest, FaultVerb } from "../cluster/control.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { type ClusterChoice, clusterOptions, jsonOption } from "./options.js";

const DESCRIPTIONS: Record<FaultVerb, string> = {
  kill: "SIGKILL: the process is gone between two instructions",
  stop: "SIGTERM: a controlled shutdown; the broker stays down",
  restart: "stop a broker if it runs, and start it",
  pause: "SIGSTOP: it holds its connections and says nothing",
  partition: "cut the links between two groups of brokers; clients still reach all of them",
  "slow-disk": "make each write and sync of a broker's disk take longer",
  wipe: "SIGKILL, and empty the disk: restart it and the others fill it again",
  heal: "let a paused broker go on, start one that is down, end partitions and slow disks",
};

type Options = ClusterChoice & { json?: boolean; ms?: number; oneWay?: boolean };

export function define(): Command {
  const fault = new Command("fault").description("break and mend brokers of a cluster that `holdfast up` runs here");
  for (const [verb, description] of Object.entries(DESCRIPTIONS)) {
    const command = fault.command(verb).description(description);
    if (verb === "partition") {
      command
        .argument("<group>", "broker ids with commas, such as 1")
        .argument("<other>", "those that are cut off from it, such as 2,3")
        .option("--one-way", "only what the first group sends to the other is lost");
    } else {
      command.argument("<broker>", "a broker's id, or `all`");
    }
    if (verb === "slow-disk")
      command.requiredOption("--ms <number>", "milliseconds that each write takes longer", slownessOf);
    for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
    if (verb === "partition") {
      command.action((a: string, b: string, options: Options) => {
        const partition = { a: groupOf(a), b: groupOf(b), oneWay: options.oneWay === true };
        return run({ verb, broker: null, partition }, options);
      });
    } else {
      command.action((broker: string, options: Options) =>
        run({ verb: verb as FaultVerb, broker: brokerOf(broker), msPerWrite: options.ms }, options),
      );
    }
  }
  return fault.addHelpText("after", EXAMPLES);
}

const EXAMPLES = `
Examples:
  holdfast fault kill 1                 SIGKILL broker 1
  holdfast fault restart 1              and start it again
  holdfast fault partition 1 2,3        broker 1 hears nothing of 2 and 3, nor they of it
  holdfast fault slow-disk 2 --ms 50    each write of broker 2 takes 50 ms longer
  holdfast fault heal all               all runs again, with whole links and quick disks`;

function brokerOf(text: string): number | null {
  if (text === "all") return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Failure(`"${text}" is no broker id.`, "Give a number, or `all`.", ExitCode.usage);
}

function groupOf(text: string): number[] {
  if (/^\d+(,\d+)*$/.test(text)) return text.split(",").map(Number);
  throw new Failure(`"${text}" is no group of brokers.`, "Give ids with commas, such as 2,3.", ExitCode.usage);
}

/** More than a minute is a disk that hangs. */
const SLOWNESS_MAX_MS = 60_000;

function slownessOf(ms: string): number {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(ms) && Number(ms) <= SLOWNESS_MAX_MS) return Number(ms);
  throw new Failure(`--ms ${ms}: not a number from 0 to ${SLOWNESS_MAX_MS}.`, "Write --ms 50.", ExitCode.usage);
}

async function run(request: ControlRequest, options: Options): Promise<void> {
  const [{ sendControl }, { chosenCluster }, { print, printJson }] = await Promise.all([
    import("../cluster/control.js"),
    import("./which-cluster.js"),
    import("./output.js"),
  ]);
  const cluster = await chosenCluster(options);
  const processes = await sendControl(cluster.controlSocket, request);
  for (const each of processes) {
    if (options.json) printJson(each);
    else print(`Broker ${each.broker} (process ${each.pid ?? "none"}) is ${each.state}.`);
  }
}
