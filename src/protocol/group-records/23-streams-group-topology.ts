/** Record type 23: the topology of a streams group. */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const StreamsGroupTopologyKey = message("StreamsGroupTopologyKey", "0", "none", {
  groupId: string("0"),
});
export type StreamsGroupTopologyKey = Value<typeof StreamsGroupTopologyKey>;

const topicConfig = {
  key: string("0+"),
  value: string("0+"),
};

const topicInfo = {
  name: string("0+"),
  partitions: int32("0+"),
  replicationFactor: int16("0+"),
  topicConfigs: array("0+").of(topicConfig),
};

export const StreamsGroupTopologyValue = message("StreamsGroupTopologyValue", "0", "0+", {
  epoch: int32("0+"),
  subtopologies: array("0+").of({
    subtopologyId: string("0+"),
    sourceTopics: array("0+").of("string"),
    sourceTopicRegex: array("0+").of("string"),
    stateChangelogTopics: array("0+").of(topicInfo),
    repartitionSinkTopics: array("0+").of("string"),
    repartitionSourceTopics: array("0+").of(topicInfo),
    copartitionGroups: array("0+").of({
      sourceTopics: array("0+").of("int16"),
      sourceTopicRegex: array("0+").of("int16"),
      repartitionSourceTopics: array("0+").of("int16"),
    }),
  }),
});
export type StreamsGroupTopologyValue = Value<typeof StreamsGroupTopologyValue>;
