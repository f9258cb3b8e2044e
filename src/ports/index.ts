import type { Clock, Loop, Timers } from "./clock.js";
import type { Compression } from "./compression.js";
import type { Digest } from "./digest.js";
import type { Disk } from "./disk.js";
import type { Logger } from "./logger.js";
import type { Network } from "./network.js";
import type { Random } from "./random.js";

/** All that the core needs from outside. A composition root (`node/`, `sim/`) makes one for each broker. */
export interface Ports {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly loop: Loop;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  readonly compression: Compression;
  readonly digest: Digest;
  readonly logger: Logger;
}

export type { Clock, Loop, Timer, Timers, TimerTask, TurnTask } from "./clock.js";
export { type CodecId, type Compression, CompressionError } from "./compression.js";
export type { Digest } from "./digest.js";
export {
  type DirectoryEntry,
  type Disk,
  type DiskCompletion,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskReadCompletion,
  type DiskSpace,
} from "./disk.js";
export type { LogFields, Logger } from "./logger.js";
export {
  type Connection,
  type ConnectionHandler,
  type ListenHandler,
  type Network,
  NetworkError,
  type NetworkListener,
} from "./network.js";
export type { Random } from "./random.js";
