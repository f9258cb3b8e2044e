import assert from "node:assert/strict";
import { test } from "node:test";
import { Partition } from "../../src/replication/partition.js";
import { drawScenario, PLANTED_BUGS, productionParts, runScenario } from "../../src/sim/index.js";
import { replaceMethod } from "../../src/sim/planted/plant.js";

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

test("a request whose handler throws is a finding, though the broker only closes its connection", () => {
  const remove = replaceMethod(Partition, "onFollowerFetch", () => {
    return function onFollowerFetch(): never {
      throw new TypeError("it is not so");
    };
  });
  try {
    const { violation } = runScenario(drawScenario(1), productionParts(), { verbose: false });
    assert.equal(violation?.invariant, 0);
    assert.match(violation.message, /it is not so/);
  } finally {
    remove();
  }
});
