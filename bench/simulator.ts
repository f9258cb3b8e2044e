import { productionParts, runBatch } from "../src/sim/index.js";

const SEEDS = 100;

/** Seeds that count, of the simulator, for each minute of CPU. Each seed's second run is part of its cost, as is a seed that does not count. */
export function simulatorRate(): number {
  const before = process.cpuUsage();
  const { counted } = runBatch(1, SEEDS, productionParts(), () => true);
  const { user, system } = process.cpuUsage(before);
  return (counted * 60e6) / (user + system);
}
