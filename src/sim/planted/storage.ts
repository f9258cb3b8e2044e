import type { DiskError, Ports } from "../../ports/index.js";
import { Log, type LogDamage } from "../../storage/log.js";
import { LogDirectory } from "../../storage/log-directory.js";
import { LogLoader } from "../../storage/log-loader.js";
import { LogSyncer } from "../../storage/log-syncer.js";
import { readText } from "../../storage/meta-properties.js";
import { ProducerState } from "../../storage/producer-state.js";
import { type PlantedBug, plantAll, replaceMethod } from "./plant.js";

/** A follower stores batches, but does not learn of their producers: after a failover a retry is appended twice. */
export const PRODUCER_STATE_LOST: PlantedBug = {
  name: "producer-state-lost-on-failover",
  what: "a follower does not keep what it replicates in its producer state",
  invariants: [16, 24],
  within: 5,
  plant: () => {
    let replicates = false;
    return plantAll([
      replaceMethod(Log, "appendAsFollower", (original) => {
        return function appendAsFollower(this: unknown, ...args: never[]): unknown {
          replicates = true;
          try {
            return original.apply(this, args);
          } finally {
            replicates = false;
          }
        };
      }),
      replaceMethod(ProducerState, "update", (original) => {
        return function update(this: unknown, ...args: never[]): unknown {
          return replicates ? null : original.apply(this, args);
        };
      }),
    ]);
  },
};

/** After a failed fsync the kernel calls the pages clean: the next one succeeds, and the data is not there. */
export const FSYNC_RETRIED: PlantedBug = {
  name: "fsync-retried-after-an-error",
  what: "a failed fsync is taken for one that must be done again",
  // 12: what was dropped lies in the middle of a file, and the node comes back with a hole.
  invariants: [13, 14, 12],
  within: 400,
  plant: () =>
    replaceMethod(LogSyncer, "onDiskDone", (original) => {
      return function onDiskDone(this: unknown, _error: DiskError | null): unknown {
        return original.call(this, null as never);
      };
    }),
};

/** What of a LogDirectory the bug below touches. */
interface DirectoryState {
  readonly path: string;
  readonly ports: Ports;
  previousBrokerEpoch: number;
}

/** Says that nothing was lost, though the machine lost power and with it what was written but not synced. */
export const SEAT_KEPT: PlantedBug = {
  name: "isr-seat-kept-after-a-loss-of-power",
  what: "a broker that lost written data tells its former broker epoch, and so keeps its seats in ISR and ELR",
  invariants: [15, 1, 2],
  within: 40,
  plant: () =>
    replaceMethod(LogDirectory, "readCheckpoints", (original) => {
      return function readCheckpoints(this: DirectoryState): unknown {
        const result = original.call(this);
        const epoch = readText(this.ports.disk, `${this.path}/holdfast.broker-epoch`)?.split("\n")[0] ?? "";
        if (/^\d+$/.test(epoch)) this.previousBrokerEpoch = Number(epoch);
        return result;
      };
    }),
};

/** What a torn tail asks for, where bytes are bad that were durable: a lasting loss instead of one that the other replicas mend. */
export const CUT_AT_BAD_CRC: PlantedBug = {
  name: "log-cut-at-first-bad-crc",
  what: "a log is cut at the first batch that does not match its CRC, wherever it lies",
  invariants: [14, 9],
  within: 40,
  plant: () =>
    plantAll([
      replaceMethod(LogLoader, "endAt", (original) => {
        return function endAt(this: { durableEnd: number }, ...args: never[]): unknown {
          this.durableEnd = 0;
          return original.apply(this, args);
        };
      }),
      replaceMethod(Log, "markDamaged", () => {
        return function markDamaged(this: Log, damage: LogDamage): void {
          this.truncateTo(damage.offset);
        };
      }),
    ]),
};
