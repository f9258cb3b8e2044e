import type { BrokerCommand, Engine } from "../engine.js";
import type { BrokerPlan, ClusterPlan } from "../plan.js";
import { brokerProgram } from "./broker-program.js";

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
}
