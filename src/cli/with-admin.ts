import type { Command } from "commander";
import type { Admin } from "../cluster/admin.js";
import { type ClusterChoice, clusterOptions, jsonOption } from "./options.js";

export interface Common extends ClusterChoice {
  readonly json?: boolean;
}

/** Adds the options of every command that asks a cluster. */
export function forCluster(command: Command): Command {
  for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
  return command;
}

/** Connects to the cluster that the options choose, for as long as `work` takes. */
export async function withAdmin<R>(choice: ClusterChoice, work: (admin: Admin) => Promise<R>): Promise<R> {
  const { chosenBootstrapServers } = await import("./which-cluster.js");
  const { Admin } = await import("../cluster/admin.js");
  const admin = await Admin.connect(await chosenBootstrapServers(choice));
  try {
    return await work(admin);
  } finally {
    admin.close();
  }
}
