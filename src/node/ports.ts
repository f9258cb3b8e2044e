import type { Ports } from "../ports/index.js";
import { NodeClock } from "./clock.js";
import { NodeCompression } from "./compression.js";
import { loadDigest } from "./digest.js";
import { NodeDisk } from "./disk.js";
import { LogSink } from "./log-sink.js";
import { type LogFormat, type LogLevel, NodeLogger } from "./logger.js";
import { NodeLoop } from "./loop.js";
import { NodeNetwork } from "./network.js";
import { NodeRandom } from "./random.js";
import { NodeTimers } from "./timers.js";

export interface NodePorts extends Ports {
  readonly timers: NodeTimers;
  readonly loop: NodeLoop;
  readonly compression: NodeCompression;
  readonly logger: NodeLogger;
  readonly logSink: LogSink;
}

export interface NodePortsOptions {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Where log lines go. */
  readonly logDescriptor: number;
}

/** The real ports. The caller starts `loop.startProbe()` once it is about to serve. */
export function createNodePorts(options: NodePortsOptions): NodePorts {
  const clock = new NodeClock();
  const timers = new NodeTimers(clock);
  const loop = new NodeLoop(clock);
  const logSink = new LogSink(options.logDescriptor);
  return {
    clock,
    timers,
    loop,
    disk: new NodeDisk(loop),
    network: new NodeNetwork(loop, timers),
    random: new NodeRandom(),
    compression: new NodeCompression(),
    digest: loadDigest(),
    logger: new NodeLogger(logSink, options.logFormat, options.logLevel),
    logSink,
  };
}
