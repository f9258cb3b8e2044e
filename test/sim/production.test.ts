import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, productionParts, runSeed } from "../../src/sim/index.js";

test("seeds of the production core keep every invariant, and run the same way twice", () => {
  const parts = productionParts();
  let counted = 0;
  for (let seed = 1; seed <= 7; seed++) {
    const result = runSeed(seed, parts, { verbose: false });
    const { violation } = result;
    assert.equal(violation, null, `seed ${seed}: invariant ${violation?.invariant}: ${violation?.message}`);
    assert.ok(result.deterministic, `the second run of seed ${seed} differed`);
    if (counts(result)) counted++;
  }
  assert.ok(counted >= 5, `${counted} of 7 seeds are long, busy and troubled enough`);
});
