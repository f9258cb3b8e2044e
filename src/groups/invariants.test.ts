import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { ErrorCode } from "../protocol/errors.js";
import { type Answer, assignmentOf, GroupLab, type LabMember } from "./testing/group-lab.js";

/** Parts that members were given in one generation of the group. */
interface Given {
  readonly generation: number;
  readonly memberId: string;
  readonly answer: Answer<never>;
}

test("through takeovers and failed writes: a generation has one assignment, and a position is the last that was accepted", () => {
  let generations = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const random = new SeededRandom(seed);
    const lab = new GroupLab({ "group.initial.rebalance.delay.ms": "0" });
    const members: LabMember[] = [];
    const given: Given[] = [];
    const accepted: Record<string, number> = {};
    for (let step = 1; step <= 150; step++) {
      const member = members.length === 0 ? null : random.pick(members);
      switch (random.below(10)) {
        case 0:
        case 1: {
          if (members.length > 5) break;
          const instanceId = random.chance(0.3) ? `static-${random.below(2)}` : null;
          const fresh = lab.member(`c${step}`, { instanceId, sessionMs: 8_000, rebalanceMs: 6_000 });
          members.push(fresh);
          fresh.join();
          break;
        }
        case 2:
          member?.join();
          break;
        case 3:
        case 4:
        case 5: {
          for (const one of members) if (random.chance(0.8)) one.join();
          // Whoever thinks that it leads assigns in its own way.
          const parts = Object.fromEntries(members.map(({ memberId }) => [memberId, `step ${step}`]));
          for (const one of members) {
            const { generation, memberId } = one;
            given.push({ generation, memberId, answer: one.sync(parts) as Answer<never> });
          }
          break;
        }
        case 6:
        case 7: {
          const partition = random.below(3);
          const outcome = member?.commit("orders", { [partition]: step });
          if (outcome === "NONE") accepted[`orders-${partition}`] = step;
          break;
        }
        case 8:
          if (random.chance(0.4)) lab.moveAway();
          else lab.logs.refusal = random.chance(0.3) ? ErrorCode.NOT_ENOUGH_REPLICAS : 0;
          break;
        default:
          if (random.chance(0.2)) member?.leave();
          else lab.advance(random.below(2_000));
          for (const one of members) if (random.chance(0.8)) one.heartbeat();
      }
      assert.deepEqual(lab.positions("g"), accepted, `seed ${seed}, step ${step}`);
    }
    const byGeneration = new Map<number, string>();
    for (const { generation, answer } of given) {
      const part = assignmentOf(answer);
      if (part === undefined || !part.startsWith("step ")) continue;
      assert.equal(byGeneration.get(generation) ?? part, part, `seed ${seed}, generation ${generation}`);
      byGeneration.set(generation, part);
    }
    generations += byGeneration.size;
  }
  assert.ok(generations > 100, `only ${generations} generations got that far`);
});
