import type { PlantedBug } from "./plant.js";

export type { PlantedBug } from "./plant.js";

/** Every bug that the simulator must find, in the order in which the list of them is printed. */
export const PLANTED_BUGS: readonly PlantedBug[] = [];
