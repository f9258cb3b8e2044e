import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { bootId } from "./boot-id.js";

/** The clock that the times of events are read from. */
export interface EventClock {
  /** The same for all processes whose times may be compared, and for no others, as far as this machine knows. */
  id(clusterId: string): string;
  /** Monotonic, ns from a beginning that is the clock's own. */
  nowNs(): number;
}

const ID_LENGTH = 16;

/**
 * The monotonic clock of this boot of this machine. Its id is a digest, in which the cluster's id keeps apart what two clusters tell:
 * neither the boot nor the host can be told from it.
 */
export const machineClock: EventClock = {
  id(clusterId: string): string {
    const hash = createHash("sha256").update(`holdfast clock\n${clusterId}\n${bootId()}\n${timeNamespace()}`);
    return hash.digest("hex").slice(0, ID_LENGTH);
  },
  nowNs: () => Number(process.hrtime.bigint()),
};

/** Linux can show a group of processes, such as a container, a monotonic clock of their own. */
function timeNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/time");
  } catch {
    // Not Linux, or one without time namespaces: one clock for all.
    return "";
  }
}
