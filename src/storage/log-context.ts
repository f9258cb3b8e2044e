import type { EventFeed } from "../base/events.js";
import type { Uuid } from "../base/uuid.js";
import type { DiskError, Ports } from "../ports/index.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import { BatchValidator } from "../protocol/records/validate.js";
import { FilePool } from "./file-pool.js";
import type { Log } from "./log.js";
import type { StorageConfig } from "./log-config.js";
import { MemoryTail } from "./memory-tail.js";

/** What all logs of a process share. */
export class LogContext {
  readonly ports: Ports;
  readonly config: StorageConfig;
  readonly files: FilePool;
  readonly tail: MemoryTail;
  readonly validator: BatchValidator;
  readonly cursor: RecordCursor;
  /** A buffer for reading logs at start-up and for truncation, never kept beyond a call. */
  scanBuffer: Uint8Array;
  /** Of logs that are opened from now on; `LogManager.setFlushAfterWrite` changes it. */
  flushAfterWrite: boolean;
  /** Where it is told that a client's batch was validated; null: nowhere. */
  events: EventFeed | null;
  /** Told first when a log fails, so that the other logs of its directory fail too. */
  onLogFailed: ((log: Log, error: DiskError, duringSync: boolean) => void) | null;
  /** Told when a log was cut below what a checkpoint may say of it; `done` is called when none does any more. */
  onTruncated: ((log: Log, done: () => void) => void) | null;

  constructor(ports: Ports, config: StorageConfig) {
    this.ports = ports;
    this.config = config;
    this.files = new FilePool(ports.disk, config.maxOpenFiles);
    this.tail = new MemoryTail(config.memoryTailBytes);
    this.validator = new BatchValidator(ports);
    this.cursor = new RecordCursor(ports.compression);
    this.scanBuffer = new Uint8Array(0);
    this.flushAfterWrite = config.flushAfterWrite;
    this.events = null;
    this.onLogFailed = null;
    this.onTruncated = null;
  }
}

/** Which log it is, and where it lies. */
export interface LogIdentity {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly parentDirectory: string;
  readonly directoryId: Uuid;
  /** The log's own directory. */
  readonly directory: string;
}
