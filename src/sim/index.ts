/** The deterministic simulator: the production core under one seed, with faults and checkers. */
export { BatchSummary, MUST_HAPPEN, runBatch } from "./batch.js";
export { productionParts } from "./broker.js";
export { INVARIANTS } from "./checkers/invariants.js";
export { Violation } from "./checkers/violation.js";
export { PLANTED_BUGS, type PlantedBug } from "./planted/index.js";
export { counts, runScenario, runSeed, type SeedResult, shrink } from "./run.js";
export { describeFault, describeScenario, drawScenario, type Fault, type Scenario } from "./scenario.js";
export { World, type WorldParts } from "./world.js";
