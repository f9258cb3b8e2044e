import type { ExitCode } from "./failure.js";
import type { BrokerPlan, ClusterPlan } from "./plan.js";

export type EngineName = "holdfast" | "kafka";

/** How to start one broker process. */
export interface BrokerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What runs the brokers: Holdfast itself, or Apache Kafka in the same shape. */
export interface Engine {
  readonly name: EngineName;
  /** Whether a broker serves health and metrics over HTTP. */
  readonly hasHttp: boolean;
  /** How long a cold start may take before it counts as failed, ms. */
  readonly readyTimeoutMs: number;
  /** Finds what the engine needs; throws a `Failure` that says what is missing. */
  prepare(): Promise<void>;
  /** Properties that only this engine knows, or wants otherwise. */
  properties(plan: ClusterPlan, broker: BrokerPlan): Record<string, string>;
  /** Formats the directories of brokers that have none yet. */
  format(plan: ClusterPlan, brokers: readonly BrokerPlan[]): Promise<void>;
  command(broker: BrokerPlan): BrokerCommand;
  /** What the log of a broker that ended says of the reason. `end` is how its process ended, as in `BrokerProcess.lastEnd`. */
  lastWords(log: string, end: string): LastWords;
}

export interface LastWords {
  /** A few lines of the log. */
  readonly text: string;
  /** Of a command that started it. */
  readonly exitCode: ExitCode;
}

export async function engineNamed(name: EngineName): Promise<Engine> {
  if (name === "kafka") return new (await import("./engines/kafka.js")).KafkaEngine();
  return new (await import("./engines/holdfast.js")).HoldfastEngine();
}
