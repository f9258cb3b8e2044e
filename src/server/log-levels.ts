import type { DescribedConfig } from "../config/describe.js";
import type { LogFields, Logger, Ports } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";

/** As Kafka names them, from the quietest on. */
const LEVELS = ["FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"] as const;
export type LogLevelName = (typeof LEVELS)[number];

const ERROR = 1;
const WARN = 2;
const INFO = 3;
const DEBUG = 4;

const ROOT = "root";
/** DescribeConfigsResponse: DYNAMIC_BROKER_LOGGER_CONFIG; the type of such a config is not told. */
const SOURCE = 6;
const UNKNOWN_TYPE = 0;
const SET = 0;
const DELETE = 1;

export interface LogLevelChange {
  readonly name: string;
  /** AlterConfigOp: 0 set, 1 delete. */
  readonly operation: number;
  readonly value: string | null;
}

interface Level {
  value: number;
  /** Set for this logger, and not for `root` alone. */
  isOwn: boolean;
}

/**
 * The levels of this node's loggers, which can be changed while it runs: `root`, and one for each component that logs (the field
 * `component` of its lines). The logger below must let all of them through.
 */
export class LogLevels {
  private readonly root: Level;
  private readonly byName: Map<string, Level>;

  constructor(root: LogLevelName = "INFO") {
    this.root = { value: LEVELS.indexOf(root), isOwn: true };
    this.byName = new Map([[ROOT, this.root]]);
  }

  /** The same ports with a logger that says no more than the levels allow. */
  inPorts(ports: Ports): Ports {
    const { clock, timers, loop, disk, network, random, compression, digest } = ports;
    return { clock, timers, loop, disk, network, random, compression, digest, logger: this.wrap(ports.logger) };
  }

  /** A logger, and children of it, that says no more than the levels allow. */
  wrap(logger: Logger): Logger {
    return new LeveledLogger(this, logger, this.root);
  }

  /** Of a component, which has that of `root` until it gets its own. */
  levelOf(component: string): Level {
    let level = this.byName.get(component);
    if (level === undefined) {
      level = { value: this.root.value, isOwn: false };
      this.byName.set(component, level);
    }
    return level;
  }

  /** For DescribeConfigs. */
  describe(keys: readonly string[] | null): DescribedConfig[] {
    const configs: DescribedConfig[] = [];
    for (const [name, { value }] of this.byName) {
      if (keys !== null && keys.length > 0 && !keys.includes(name)) continue;
      configs.push({
        name,
        value: LEVELS[value],
        readOnly: false,
        configSource: SOURCE,
        isSensitive: false,
        synonyms: [],
        configType: UNKNOWN_TYPE,
        documentation: null,
      });
    }
    return configs;
  }

  /** All changes, or none with the reason (Kafka: RuntimeLoggerManager). */
  change(changes: readonly LogLevelChange[], validateOnly: boolean): { code: number; message: string } | null {
    for (const each of changes) {
      const error = this.changeError(each);
      if (error !== null) return error;
    }
    if (validateOnly) return null;
    for (const { name, operation, value } of changes) {
      const level = this.levelOf(name);
      level.isOwn = operation === SET;
      level.value = operation === SET ? levelNamed(value) : this.root.value;
      if (name === ROOT) for (const other of this.byName.values()) if (!other.isOwn) other.value = level.value;
    }
    return null;
  }

  private changeError({ name, operation, value }: LogLevelChange): { code: number; message: string } | null {
    const invalid = (message: string) => ({ code: ErrorCode.INVALID_REQUEST, message });
    if (operation !== SET && operation !== DELETE) {
      return invalid(`Operation ${operation} is not allowed for the BROKER_LOGGER resource`);
    }
    if (!this.byName.has(name)) return { code: ErrorCode.INVALID_CONFIG, message: `Logger ${name} does not exist!` };
    if (operation === DELETE) {
      return name === ROOT ? invalid("Removing the log level of the root logger is not allowed") : null;
    }
    if (levelNamed(value) >= 0) return null;
    const message = `Cannot set the log level of ${name} to ${value}: the levels are ${LEVELS.join(", ")}`;
    return { code: ErrorCode.INVALID_CONFIG, message };
  }
}

function levelNamed(value: string | null): number {
  return (LEVELS as readonly (string | null)[]).indexOf(value);
}

class LeveledLogger implements Logger {
  private readonly levels: LogLevels;
  private readonly logger: Logger;
  private readonly level: Level;

  constructor(levels: LogLevels, logger: Logger, level: Level) {
    this.levels = levels;
    this.logger = logger;
    this.level = level;
  }

  debug(message: string, fields?: LogFields): void {
    if (this.level.value >= DEBUG) this.logger.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    if (this.level.value >= INFO) this.logger.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    if (this.level.value >= WARN) this.logger.warn(message, fields);
  }

  error(message: string, fields?: LogFields): void {
    if (this.level.value >= ERROR) this.logger.error(message, fields);
  }

  child(fields: LogFields): Logger {
    const { component } = fields;
    const level = typeof component === "string" ? this.levels.levelOf(component) : this.level;
    return new LeveledLogger(this.levels, this.logger.child(fields), level);
  }
}
