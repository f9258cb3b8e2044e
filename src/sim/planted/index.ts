import type { PlantedBug } from "./plant.js";
import { VOTE_BEFORE_FSYNC } from "./raft.js";
import {
  ACK_BEFORE_HIGH_WATERMARK,
  EPOCH_IGNORED_IN_FETCH,
  EXPANSION_BEFORE_EPOCH_START,
  LARGEST_EPOCH_NOT_TOLD,
  PENDING_ISR_IGNORED,
  REPORT_BEYOND_FLUSH,
  TRUNCATE_TO_HIGH_WATERMARK,
  WATERMARK_BEFORE_TRUNCATION,
} from "./replication.js";
import { CUT_AT_BAD_CRC, FSYNC_RETRIED, PRODUCER_STATE_LOST, SEAT_KEPT } from "./storage.js";

export type { PlantedBug } from "./plant.js";

/** Every bug that the simulator must find, in the order in which the list of them is printed. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ACK_BEFORE_HIGH_WATERMARK,
  TRUNCATE_TO_HIGH_WATERMARK,
  LARGEST_EPOCH_NOT_TOLD,
  EPOCH_IGNORED_IN_FETCH,
  EXPANSION_BEFORE_EPOCH_START,
  PENDING_ISR_IGNORED,
  VOTE_BEFORE_FSYNC,
  REPORT_BEYOND_FLUSH,
  CUT_AT_BAD_CRC,
  FSYNC_RETRIED,
  PRODUCER_STATE_LOST,
  WATERMARK_BEFORE_TRUNCATION,
  SEAT_KEPT,
];
