import { deepEqual } from "../base/deep-equal.js";
import { MetadataDelta } from "./delta.js";
import { METADATA_VERSION } from "./feature-levels.js";
import { ConfigResource, configKey, configResourceOf, type MetadataImage } from "./image.js";
import { brokerRecord, controllerRecord, partitionRecord } from "./snapshot.js";

/**
 * The delta that leads from `before` to what a snapshot holds, for a node that fell so far behind that the log no longer
 * reaches back: publishers then hear of exactly what changed, deletions included.
 */
export function deltaToSnapshot(before: MetadataImage, loaded: MetadataImage): MetadataDelta {
  const delta = new MetadataDelta(before);
  changeFeatures(delta, before, loaded);
  changeCluster(delta, before, loaded);
  changeTopics(delta, before, loaded);
  changeConfigs(delta, before, loaded);
  delta.adoptWhole(loaded);
  return delta;
}

function changeFeatures(delta: MetadataDelta, before: MetadataImage, loaded: MetadataImage): void {
  const level = (name: string, featureLevel: number) =>
    delta.replay({ kind: "FeatureLevelRecord", version: 0, value: { name, featureLevel } });
  if (loaded.features.metadataVersion !== before.features.metadataVersion) {
    level(METADATA_VERSION, loaded.features.metadataVersion);
  }
  for (const name of before.features.finalized.keys()) if (!loaded.features.finalized.has(name)) level(name, 0);
  for (const [name, featureLevel] of loaded.features.finalized) {
    if (before.features.finalized.get(name) !== featureLevel) level(name, featureLevel);
  }
}

function changeCluster(delta: MetadataDelta, before: MetadataImage, loaded: MetadataImage): void {
  const { metadataVersion } = loaded.features;
  for (const broker of before.cluster.brokers.values()) {
    if (!loaded.cluster.brokers.has(broker.id)) delta.cluster.unregisterBroker(broker.id, broker.epoch);
  }
  for (const broker of loaded.cluster.brokers.values()) {
    if (!deepEqual(before.cluster.brokers.get(broker.id), broker)) delta.replay(brokerRecord(broker, metadataVersion));
  }
  for (const id of before.cluster.controllers.keys()) {
    if (!loaded.cluster.controllers.has(id)) delta.cluster.removeController(id);
  }
  for (const controller of loaded.cluster.controllers.values()) {
    if (!deepEqual(before.cluster.controllers.get(controller.id), controller)) {
      delta.replay(controllerRecord(controller));
    }
  }
}

function changeTopics(delta: MetadataDelta, before: MetadataImage, loaded: MetadataImage): void {
  const { metadataVersion } = loaded.features;
  for (const topicId of before.topics.byId.keys()) {
    if (!loaded.topics.byId.has(topicId)) {
      delta.replay({ kind: "RemoveTopicRecord", version: 0, value: { topicId } });
    }
  }
  for (const topic of loaded.topics.byId.values()) {
    const old = before.topics.byId.get(topic.id);
    if (old === undefined) {
      delta.replay({ kind: "TopicRecord", version: 0, value: { name: topic.name, topicId: topic.id } });
    }
    for (const partition of topic.partitions) {
      if (old !== undefined && deepEqual(old.partitions[partition.index], partition)) continue;
      delta.replay(partitionRecord(topic.id, partition, metadataVersion));
    }
  }
}

function changeConfigs(delta: MetadataDelta, before: MetadataImage, loaded: MetadataImage): void {
  const set = (key: string, name: string, value: string | null) => {
    const { type, name: resourceName } = configResourceOf(key);
    delta.replay({ kind: "ConfigRecord", version: 0, value: { resourceType: type, resourceName, name, value } });
  };
  // The configs of a topic that is gone went with it, even when another topic has its name now.
  const dropped = new Set<string>();
  for (const name of delta.topics.deleted.values()) dropped.add(configKey(ConfigResource.topic, name));
  for (const [key, values] of before.configs.byResource) {
    if (dropped.has(key)) continue;
    const now = loaded.configs.byResource.get(key);
    for (const name of values.keys()) if (now?.has(name) !== true) set(key, name, null);
  }
  for (const [key, values] of loaded.configs.byResource) {
    const old = dropped.has(key) ? undefined : before.configs.byResource.get(key);
    for (const [name, value] of values) if (old?.get(name) !== value) set(key, name, value);
  }
}
