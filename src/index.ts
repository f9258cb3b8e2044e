/**
 * Holdfast within a program or a test: clusters of brokers that speak Apache Kafka's protocol, started, broken and stopped from here.
 *
 * @packageDocumentation
 */
import { provideConsole } from "./cluster/embedded/holdfast.js";

export type { BrokerHandle } from "./cluster/embedded/broker-handle.js";
export { HoldfastError, type HoldfastErrorCode } from "./cluster/embedded/error.js";
export type {
  AdminEvent,
  BrokerStateEvent,
  GroupEvent,
  HighWatermarkEvent,
  HoldfastEvent,
  HoldfastEventKind,
  IsrEvent,
  LeaderEvent,
  OffsetCommittedEvent,
  RecordEvent,
  ReplicaEvent,
} from "./cluster/embedded/events.js";
export type {
  ApiName,
  DelayFault,
  ErrorFault,
  ErrorName,
  Fault,
  FaultSpec,
  PartitionFault,
  PauseFault,
  RequestMatch,
  ResetFault,
  SlowDiskFault,
} from "./cluster/embedded/faults.js";
export { Holdfast } from "./cluster/embedded/holdfast.js";
export { Namespace } from "./cluster/embedded/namespace.js";
export type { ClusterOptions, TopicSpec } from "./cluster/embedded/options.js";
export type {
  GroupMatch,
  HighWatermarkMatch,
  IsrMatch,
  LeaderMatch,
  WaitMatches,
  WaitName,
  WaitResults,
} from "./cluster/embedded/wait.js";

provideConsole(async (backend, port) => {
  const { serveConsole } = await import("./console/server/serve.js");
  return serveConsole(backend.observed, backend.host, port);
});
