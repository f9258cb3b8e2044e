import type { RequestFault } from "../server/request-faults.js";
import type { LinkCut } from "./faultable-network.js";

/** All that is made to go wrong at one broker, at one time. */
export interface FaultState {
  readonly cuts: readonly LinkCut[];
  /** Milliseconds added to each write and sync of its disk. */
  readonly msPerWrite: number;
  readonly requests: readonly RequestFault[];
}

export const NO_FAULTS: FaultState = { cuts: [], msPerWrite: 0, requests: [] };

/** Of the variable by which a supervisor tells a broker's process that it may be broken, and what is broken from its start. */
export const FAULTS_VARIABLE = "HOLDFAST_FAULTS";
