import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis, type RequestOf } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

type Request = RequestOf<typeof Apis.DescribeClientQuotas>;
type Components = NonNullable<Request["components"]>;

function quotas() {
  const bench = new FrontBench();
  const set = (...entity: [entityType: string, entityName: string | null][]) => ({
    kind: "ClientQuotaRecord" as const,
    version: 0,
    value: {
      entity: entity.map(([entityType, entityName]) => ({ entityType, entityName })),
      key: "producer_byte_rate",
      value: 1000,
      remove: false,
    },
  });
  const scram = {
    kind: "UserScramCredentialRecord" as const,
    version: 0,
    value: {
      name: "alice",
      mechanism: 1,
      salt: new Uint8Array(1),
      storedKey: new Uint8Array(1),
      serverKey: new Uint8Array(1),
      iterations: 4096,
    },
  };
  bench.cluster.log.propose(
    [
      set(["user", "alice"]),
      set(["user", null]),
      set(["user", "alice"], ["client-id", "c"]),
      set(["ip", "10.0.0.1"]),
      scram,
    ],
    bench.cluster.log.leaderEpoch,
  );
  bench.cluster.commit();
  const client = bench.connect();
  return {
    client,
    ask: (components: Components, strict = false) => client.call(Apis.DescribeClientQuotas, 1, { components, strict }),
  };
}

const EXACT = 0;
const DEFAULT = 1;
const SPECIFIED = 2;

test("quotas that match all parts of the filter; a strict one allows no other parts", () => {
  const { ask } = quotas();
  const count = (components: Components, strict?: boolean) => ask(components, strict).entries?.length;
  assert.equal(count([]), 4);
  assert.equal(count([{ entityType: "user", matchType: EXACT, match: "alice" }]), 2);
  assert.equal(count([{ entityType: "user", matchType: EXACT, match: "alice" }], true), 1);
  assert.equal(count([{ entityType: "user", matchType: DEFAULT, match: null }]), 1);
  assert.equal(count([{ entityType: "user", matchType: SPECIFIED, match: null }]), 3);
  const [entry] = ask([{ entityType: "ip", matchType: SPECIFIED, match: null }]).entries ?? [];
  assert.deepEqual(entry, {
    entity: [{ entityType: "ip", entityName: "10.0.0.1" }],
    values: [{ key: "producer_byte_rate", value: 1000 }],
  });
});

test("filters that make no sense are refused with a reason", () => {
  const { ask } = quotas();
  const user = { entityType: "user", matchType: SPECIFIED, match: null };
  for (const [components, code] of [
    [[{ ...user, entityType: "" }], 42],
    [[user, user], 42],
    [[{ ...user, entityType: "planet" }], 35],
    [[{ ...user, matchType: 9 }], 42],
    [[{ ...user, match: "alice" }], 42],
    [[{ ...user, matchType: EXACT }], 42],
    [[user, { ...user, entityType: "ip" }], 42],
  ] as const) {
    const { errorCode, errorMessage, entries } = ask(components);
    assert.deepEqual([errorCode, entries], [code, null]);
    assert.ok((errorMessage ?? "").length > 0);
  }
});

test("users with SCRAM credentials, one that has none, and one that is asked for twice", () => {
  const { client } = quotas();
  const all = client.call(Apis.DescribeUserScramCredentials, 0, { users: null });
  assert.deepEqual(all.results, [
    { user: "alice", errorCode: 0, errorMessage: "", credentialInfos: [{ mechanism: 1, iterations: 4096 }] },
  ]);
  const users = [{ name: "bob" }, { name: "alice" }, { name: "alice" }];
  const some = client.call(Apis.DescribeUserScramCredentials, 0, { users });
  assert.deepEqual(
    some.results.map(({ user, errorCode }) => [user, errorCode]),
    [
      ["bob", 91],
      ["alice", 92],
    ],
  );
});
