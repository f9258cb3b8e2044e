import type { PlantedBug } from "./plant.js";
import { FSYNC_RETRIED, PRODUCER_STATE_LOST, SEAT_KEPT } from "./storage.js";

export type { PlantedBug } from "./plant.js";

/** Every bug that the simulator must find, in the order in which the list of them is printed. */
export const PLANTED_BUGS: readonly PlantedBug[] = [PRODUCER_STATE_LOST, FSYNC_RETRIED, SEAT_KEPT];
