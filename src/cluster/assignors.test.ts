import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { ASSIGNORS, type Assignor, type Subscriber, sharePartitions } from "./assignors.js";
import { nameOf } from "./partition-offsets.js";

function member(memberId: string, topics: string[], owned: string[] = [], generation = -1): Subscriber {
  const partitions = owned.map((name) => {
    const at = name.lastIndexOf("-");
    return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)) };
  });
  return { memberId, topics, owned: partitions, generation };
}

function shared(assignor: Assignor, members: Subscriber[], counts: Record<string, number>): Record<string, string[]> {
  const given = sharePartitions(assignor, members, new Map(Object.entries(counts)));
  return Object.fromEntries([...given].map(([memberId, partitions]) => [memberId, partitions.map(nameOf)]));
}

test("range: of each topic a run to each of its readers, by the order of their ids", () => {
  const members = [member("b", ["t", "u"]), member("a", ["t"])];
  assert.deepEqual(shared("range", members, { t: 3, u: 2 }), { a: ["t-0", "t-1"], b: ["t-2", "u-0", "u-1"] });
});

test("roundrobin: partitions in turn, past those who do not read the topic", () => {
  const members = [member("a", ["t"]), member("b", ["t", "u"])];
  assert.deepEqual(shared("roundrobin", members, { t: 3, u: 2 }), { a: ["t-0", "t-2"], b: ["t-1", "u-0", "u-1"] });
});

test("cooperative-sticky: who comes gets nothing that another still has; once it is given up, they share", () => {
  const first = [member("a", ["t"], ["t-0", "t-1", "t-2", "t-3"], 4), member("b", ["t"])];
  assert.deepEqual(shared("cooperative-sticky", first, { t: 4 }), { a: ["t-0", "t-1"], b: [] });
  const second = [member("a", ["t"], ["t-0", "t-1"], 5), member("b", ["t"], [], 5)];
  assert.deepEqual(shared("cooperative-sticky", second, { t: 4 }), { a: ["t-0", "t-1"], b: ["t-2", "t-3"] });
});

test("cooperative-sticky: of two who claim a partition the one of the newer generation has it", () => {
  const members = [member("a", ["t"], ["t-0", "t-1"], 3), member("b", ["t"], ["t-1"], 4)];
  assert.deepEqual(shared("cooperative-sticky", members, { t: 2 }), { a: ["t-0"], b: ["t-1"] });
});

test("whoever shares: nothing goes to two members, nor to who does not read it, and in the end everything to somebody", () => {
  const random = new SeededRandom(7);
  for (let round = 0; round < 200; round++) {
    const counts: Record<string, number> = { t: random.below(7), u: 1 + random.below(5) };
    for (const assignor of ASSIGNORS) {
      let members = Array.from({ length: 1 + random.below(5) }, (_, i) => {
        return member(`m${i}`, i === 0 || random.chance(0.5) ? ["t", "u"] : [random.pick(["t", "u"])]);
      });
      // A member that is told of fewer partitions gives them up and joins again.
      for (let generation = 1; generation <= 3; generation++) {
        const given = shared(assignor, members, counts);
        const all = Object.values(given).flat();
        assert.equal(new Set(all).size, all.length, `${assignor}: ${JSON.stringify(given)}`);
        for (const { memberId, topics } of members)
          assert.ok(given[memberId].every((name) => topics.includes(name[0])));
        members = members.map(({ memberId, topics }) => member(memberId, [...topics], given[memberId], generation));
        if (generation === 3) assert.equal(all.length, counts.t + counts.u, assignor);
      }
    }
  }
});
