import type { BrokerCommand, Engine, LastWords } from "../engine.js";
import { ExitCode } from "../failure.js";
import type { BrokerPlan, ClusterPlan } from "../plan.js";
import { brokerProgram } from "./broker-program.js";

const LAST_LINES = 12;

/** Holdfast's own broker processes. Each formats its empty directory at its first start. */
export class HoldfastEngine implements Engine {
  readonly name = "holdfast";
  readonly hasHttp = true;
  readonly readyTimeoutMs = 30_000;
  private clusterId = "";

  async prepare(): Promise<void> {}

  properties(plan: ClusterPlan, broker: BrokerPlan): Record<string, string> {
    return {
      ...(broker.httpPort === null ? {} : { "http.listeners": `http://${plan.host}:${broker.httpPort}` }),
      // What is thrown away at the end need not survive a power cut.
      "holdfast.ack.after": plan.ephemeral ? "write" : "fsync",
    };
  }

  async format(plan: ClusterPlan): Promise<void> {
    this.clusterId = plan.clusterId;
  }

  command(broker: BrokerPlan): BrokerCommand {
    return {
      file: process.execPath,
      args: [brokerProgram(), "--config", broker.configFile, "--cluster-id", this.clusterId],
      // A sync holds a thread as long as the disk takes; reads and writes must find others.
      env: { UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? "8" },
    };
  }

  lastWords(log: string, end: string): LastWords {
    const text = log.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
    // A node's own codes for what was asked of it wrongly, and for a port that somebody took meanwhile.
    const told = [ExitCode.usage, ExitCode.portTaken].find((each) => end === `exit code ${each}`);
    return { text, exitCode: told ?? ExitCode.failure };
  }
}
