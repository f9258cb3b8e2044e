import assert from "node:assert/strict";
import { test } from "node:test";
import { drawScenario, PLANTED_BUGS, productionParts, runScenario } from "../../src/sim/index.js";

/** Those that need more seeds than this are left to `npm run sim -- --planted NAME`. */
const SEEDS = 20;

for (const bug of PLANTED_BUGS.filter(({ within }) => within <= SEEDS)) {
  test(`a planted bug is found: ${bug.name}`, () => {
    const parts = productionParts();
    const remove = bug.plant();
    try {
      // Some more than it takes as a rule: another draw must not fail the test.
      for (let seed = 1; seed <= 3 * SEEDS; seed++) {
        const { violation } = runScenario(drawScenario(seed), parts, { verbose: false });
        if (violation === null) continue;
        assert.ok(bug.invariants.includes(violation.invariant), `seed ${seed}: ${violation.message}`);
        return;
      }
      assert.fail(`not found in ${3 * SEEDS} seeds`);
    } finally {
      remove();
    }
  });
}
