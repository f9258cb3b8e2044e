import type { Log } from "../log.js";
import { DEFAULT_LOG_CONFIG, DEFAULT_STORAGE_CONFIG, type LogConfig, type StorageConfig } from "../log-config.js";
import { LogManager } from "../log-manager.js";
import { batchOf } from "./batches.js";
import { TestPorts } from "./ports.js";

export const TEST_TOPIC_ID = "JZH3TQyVTOCWWpLhbxpxjQ";

/** A loaded manager on a disk in memory, with the log of partition `t-0`. */
export interface Opened {
  readonly ports: TestPorts;
  readonly manager: LogManager;
  readonly log: Log;
}

export function openLog(
  config: Partial<LogConfig> = {},
  storage: Partial<StorageConfig> = {},
  ports = new TestPorts(),
): Opened {
  const logConfig = { ...DEFAULT_LOG_CONFIG, ...config };
  const manager = openManager(ports, { ...storage, logConfig });
  const log = manager.log("t", 0) ?? manager.create("t", TEST_TOPIC_ID, 0, { config: logConfig });
  return { ports, manager, log };
}

export function openManager(
  ports: TestPorts,
  storage: Partial<StorageConfig> = {},
  paths: readonly string[] = ["/data"],
): LogManager {
  const config = { ...DEFAULT_STORAGE_CONFIG, clusterId: "cluster-1", nodeId: 1, ...storage };
  const manager = LogManager.open(ports, config, paths, { onDirectoryFailed: () => {} });
  let isLoaded = false;
  manager.load({
    onLogsLoaded: () => {
      isLoaded = true;
    },
  });
  for (let i = 0; i < 1000 && !isLoaded; i++) ports.advance(1);
  if (!isLoaded) throw new Error("the logs did not load");
  return manager;
}

/** The same disk in a new process, without a clean stop. */
export function crashed(
  old: Opened,
  config: Partial<LogConfig> = {},
  storage: Partial<StorageConfig> = {},
  powerLost = false,
): Opened {
  const ports = old.ports.afterCrash();
  if (powerLost) ports.disk.boot = `${old.ports.disk.boot}+`;
  return openLog(config, storage, ports);
}

export function closeCleanly(opened: { ports: TestPorts; manager: LogManager }, brokerEpoch = 7): void {
  let isClosed = false;
  opened.manager.close(brokerEpoch, {
    onClosed: () => {
      isClosed = true;
    },
  });
  opened.ports.settle();
  for (let i = 0; i < 100 && !isClosed; i++) opened.ports.advance(1);
  if (!isClosed) throw new Error("the logs did not close");
}

/** Appends one batch with a record for each text; throws where the log refuses it. */
export function appendTexts(log: Log, ...texts: string[]): void {
  const result = log.appendAsLeader(batchOf(texts), 0);
  if (result.error !== 0) throw new Error(`append failed: ${result.error} ${result.message}`);
}
