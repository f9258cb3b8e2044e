import assert from "node:assert/strict";
import { test } from "node:test";
import { metadataVersionName, metadataVersionOf } from "../metadata/release-versions.js";
import { chosenFeatures, type FeatureChoice } from "./format-features.js";
import { StartFailure } from "./start-failure.js";

function levels(choice: FeatureChoice, isDynamic = false): [number, ...[string, number][]] {
  const { metadataVersion, features } = chosenFeatures(choice, isDynamic);
  return [metadataVersion, ...features];
}

test("releases are named as Apache Kafka names them", () => {
  const versions = ["3.3-IV3", "3.5", "3.6-IV1", "3.7-IV4", "3.9", "4.0", "4.0-IV0", "4.1.1", "4.2-IV0", "4.3"];
  assert.deepEqual(versions.map(metadataVersionOf), [7, 11, 13, 19, 21, 25, 22, 27, 28, 30]);
  for (let level = 7; level <= 30; level++) assert.equal(metadataVersionOf(metadataVersionName(level) ?? ""), level);
  assert.equal(metadataVersionName(7), "3.3-IV3");
  assert.equal(metadataVersionName(31), null);
  for (const none of ["3.2", "3.3-IV2", "4.2-IV2", "4.4", "4", "latest"]) assert.equal(metadataVersionOf(none), null);
});

test("the newest by default, a release or a level where one is asked for", () => {
  assert.deepEqual(levels({}), [30]);
  assert.deepEqual(levels({ releaseVersion: "4.0" }), [25]);
  assert.deepEqual(levels({ feature: ["metadata.version=29", "eligible.leader.replicas.version=0"] }), [
    29,
    ["eligible.leader.replicas.version", 0],
  ]);
  assert.deepEqual(levels({ feature: ["kraft.version=1"] }, true), [30]);
  assert.deepEqual(levels({ feature: ["kraft.version=0"] }), [30]);
});

test("what cannot be is refused with what there is", () => {
  const cases: [FeatureChoice, RegExp][] = [
    [{ releaseVersion: "9.9" }, /9\.9: there are 3\.3-IV3 to 4\.3-IV0/],
    [{ releaseVersion: "4.0", feature: ["metadata.version=29"] }, /say the same/],
    [{ feature: ["metadata.version"] }, /NAME=LEVEL/],
    [{ feature: ["no.such=1"] }, /there is no no\.such, but metadata\.version/],
    [{ feature: ["metadata.version=31"] }, /metadata\.version has 7 to 30/],
    [{ feature: ["kraft.version=1"] }, /voters is set, so it is 0/],
    [
      { feature: ["eligible.leader.replicas.version=1"], releaseVersion: "3.9" },
      /needs metadata\.version 23, and it is 21/,
    ],
  ];
  for (const [choice, message] of cases) {
    assert.throws(
      () => levels(choice),
      (error: StartFailure) => error instanceof StartFailure && error.exitCode === 2 && message.test(error.message),
    );
  }
  assert.throws(() => levels({ feature: ["kraft.version=0"] }, true), /voters is not set, so it is 1/);
});
