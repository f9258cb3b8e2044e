import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

const SOFTWARE = { clientSoftwareName: "apache-kafka-java", clientSoftwareVersion: "4.3.1" };

test("a broker tells of what it serves, of Produce from version 0 on, and not of what is the controllers'", () => {
  const { apiKeys } = new FrontBench().connect().call(Apis.ApiVersions, 4, SOFTWARE);
  const range = (key: number) => {
    const api = apiKeys.find(({ apiKey }) => apiKey === key);
    return api === undefined ? null : [api.minVersion, api.maxVersion];
  };
  assert.deepEqual(range(3), [0, 13]);
  assert.deepEqual(range(18), [0, 4]);
  assert.deepEqual(range(19), [2, 7]);
  assert.deepEqual([range(52), range(58), range(62), range(63)], [null, null, null, null]);
  assert.deepEqual([range(24), range(71)], [null, null], "what nobody serves is not advertised");
  assert.deepEqual(
    apiKeys.map(({ apiKey }) => apiKey),
    apiKeys.map(({ apiKey }) => apiKey).sort((a, b) => a - b),
  );
});

test("a controller tells of what is its own", () => {
  const { apiKeys } = new FrontBench().connect("controller").call(Apis.ApiVersions, 4, SOFTWARE);
  const keys = new Set(apiKeys.map(({ apiKey }) => apiKey));
  for (const key of [1, 18, 19, 52, 53, 54, 55, 56, 58, 59, 60, 62, 63, 67, 70, 73, 82])
    assert.ok(keys.has(key), `${key}`);
  for (const key of [0, 3, 10, 22]) assert.ok(!keys.has(key), `${key}`);
});

test("features: those whose lowest level is 0 only from version 4 on; what is finalized, with the offset that says so", () => {
  const bench = new FrontBench();
  const client = bench.connect();
  const names = (version: number) =>
    client.call(Apis.ApiVersions, version, SOFTWARE).supportedFeatures.map(({ name }) => name);
  assert.deepEqual(names(3), ["metadata.version"]);
  assert.ok(names(4).includes("kraft.version"));
  const response = client.call(Apis.ApiVersions, 3, SOFTWARE);
  assert.equal(response.finalizedFeaturesEpoch, bench.cluster.image.offset);
  const metadataVersion = response.finalizedFeatures.find(({ name }) => name === "metadata.version");
  assert.deepEqual([metadataVersion?.minVersionLevel, metadataVersion?.maxVersionLevel], [30, 30]);
});

for (const [name, version] of [
  ["", "1"],
  ["-a", "1"],
  ["a", "1-"],
  ["a b", "1"],
] as const) {
  test(`a client that calls itself "${name}" "${version}" is refused, but not cut off`, () => {
    const client = new FrontBench().connect();
    const software = { clientSoftwareName: name, clientSoftwareVersion: version };
    const response = client.call(Apis.ApiVersions, 3, software);
    assert.deepEqual([response.errorCode, response.apiKeys.length], [42, 0]);
    assert.equal(client.call(Apis.ApiVersions, 0, {}).errorCode, 0);
  });
}
