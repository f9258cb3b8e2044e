import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../../protocol/errors.js";
import { registration, TestCluster } from "../controller.test.support.js";
import { ELR_VERSION, KRAFT_VERSION, METADATA_VERSION } from "../feature-levels.js";
import { ConfigResource } from "../image.js";

const UPGRADE = 1;
const SAFE_DOWNGRADE = 2;

function update(c: TestCluster, feature: string, level: number, upgradeType = UPGRADE, validateOnly = false): number {
  const featureUpdates = [{ feature, maxVersionLevel: level, allowDowngrade: false, upgradeType }];
  return (c.send(57, 2, { timeoutMs: 1, featureUpdates, validateOnly }) as { errorCode: number }).errorCode;
}

test("a new cluster has the feature levels of its format, written in one metadata transaction", () => {
  const c = new TestCluster();
  assert.equal(c.image.features.metadataVersion, 30);
  assert.deepEqual([...c.image.features.finalized], [[ELR_VERSION, 1]]);
  assert.equal(c.image.configs.of(ConfigResource.broker, "").get("min.insync.replicas"), "2");
  assert.deepEqual(
    c.log.records.map((record) => record.kind),
    ["BeginTransactionRecord", "FeatureLevelRecord", "FeatureLevelRecord", "ConfigRecord", "EndTransactionRecord"],
  );
});

test("a level that some broker cannot do is refused", () => {
  const c = new TestCluster({ metadataVersion: 25 });
  const features = registration(1).features.map((feature) =>
    feature.name === METADATA_VERSION ? { ...feature, maxSupportedVersion: 27 } : feature,
  );
  c.join(1, { features });
  c.join(2);
  assert.equal(update(c, METADATA_VERSION, 28), ErrorCode.INVALID_UPDATE_VERSION);
  assert.equal(update(c, METADATA_VERSION, 27), ErrorCode.NONE);
  assert.equal(c.image.features.metadataVersion, 27);
});

test("a downgrade needs to be asked for, and must not lose metadata", () => {
  const c = new TestCluster({ metadataVersion: 29 });
  assert.equal(update(c, METADATA_VERSION, 27), ErrorCode.INVALID_UPDATE_VERSION);
  assert.equal(update(c, METADATA_VERSION, 30, SAFE_DOWNGRADE), ErrorCode.INVALID_UPDATE_VERSION);
  assert.equal(update(c, METADATA_VERSION, 27, SAFE_DOWNGRADE), ErrorCode.NONE);
  assert.equal(c.image.features.metadataVersion, 27);
  assert.equal(update(c, METADATA_VERSION, 21, SAFE_DOWNGRADE), ErrorCode.INVALID_UPDATE_VERSION);
});

test("validateOnly changes nothing; unknown features and negative levels are refused", () => {
  const c = new TestCluster({ metadataVersion: 29 });
  assert.equal(update(c, METADATA_VERSION, 30, UPGRADE, true), ErrorCode.NONE);
  assert.equal(c.image.features.metadataVersion, 29);
  assert.equal(update(c, "no.such.feature", 1), ErrorCode.INVALID_UPDATE_VERSION);
  assert.equal(update(c, ELR_VERSION, -1), ErrorCode.INVALID_UPDATE_VERSION);
  assert.equal(update(c, ELR_VERSION, 0, 7), ErrorCode.INVALID_UPDATE_VERSION);
});

test("turning ELR on makes min ISR one setting of the whole cluster", () => {
  const c = new TestCluster({ metadataVersion: 25 });
  c.join(1);
  assert.equal(c.setConfig(ConfigResource.broker, "1", "min.insync.replicas", "1").errorCode, 0);
  assert.equal(update(c, ELR_VERSION, 1), ErrorCode.NONE);
  assert.equal(c.image.configs.of(ConfigResource.broker, "").get("min.insync.replicas"), "2");
  assert.equal(c.image.configs.of(ConfigResource.broker, "1").size, 0);
});

test("kraft.version is raised by the quorum, last and only where all else holds", () => {
  const asked: string[] = [];
  let level = 0;
  const options = {
    kraftVersion: () => level,
    upgradeKraftVersion: (wanted: number, validateOnly: boolean) => {
      asked.push(`${wanted}${validateOnly ? " validate" : ""}`);
      if (!validateOnly) level = wanted;
      return null;
    },
  };
  const c = new TestCluster({ metadataVersion: 29, options });
  const before = c.log.records.length;
  assert.equal(update(c, KRAFT_VERSION, 1, UPGRADE, true), ErrorCode.NONE);
  assert.equal(update(c, KRAFT_VERSION, 1, SAFE_DOWNGRADE), ErrorCode.INVALID_UPDATE_VERSION);
  const both = [
    { feature: KRAFT_VERSION, maxVersionLevel: 1, allowDowngrade: false, upgradeType: UPGRADE },
    { feature: "no.such.feature", maxVersionLevel: 1, allowDowngrade: false, upgradeType: UPGRADE },
  ];
  const refused = c.send(57, 2, { timeoutMs: 1, featureUpdates: both, validateOnly: false }) as { errorCode: number };
  assert.equal(refused.errorCode, ErrorCode.INVALID_UPDATE_VERSION);
  assert.ok(!asked.includes("1"), "nothing was raised");
  assert.equal(c.log.records.length, before);
  assert.equal(update(c, KRAFT_VERSION, 1), ErrorCode.NONE);
  assert.equal(asked.at(-1), "1");
  assert.deepEqual(
    c.log.records.slice(before).map(({ kind }) => kind),
    ["NoOpRecord"],
  );
  assert.equal(update(c, KRAFT_VERSION, 2), ErrorCode.INVALID_UPDATE_VERSION);
});

test("a voter that has not registered holds an upgrade back", () => {
  const c = new TestCluster({ metadataVersion: 29, options: { voterIds: () => [3000, 3001] } });
  assert.equal(update(c, METADATA_VERSION, 30), ErrorCode.INVALID_UPDATE_VERSION);
  const { features, listeners, incarnationId } = registration(3001);
  c.send(70, 0, { controllerId: 3001, incarnationId, zkMigrationReady: false, listeners, features });
  assert.equal(c.image.cluster.controllers.get(3001)?.features.get(METADATA_VERSION)?.max, 30);
  assert.equal(update(c, METADATA_VERSION, 30), ErrorCode.NONE);
});
