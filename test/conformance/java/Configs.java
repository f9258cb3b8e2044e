import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.ConfigHelper;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.DynamicConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Answers questions about Apache Kafka's own configs, one line each, columns separated by tabs; answers are JSON on one line:
 *
 *   definitions SCOPE            (also "dynamic": what overrides may have) name, type, default, importance, validator, internal, update mode, synonyms of all
 *   check SCOPE NAME VALUE       whether the definition of NAME takes VALUE: "ok" or why not
 *   node JSON                    what a node with these properties would make of them: "ok" or why not
 *   synonyms NAME                the broker's configs that stand for NAME, best first
 *   topic JSON JSON              why a topic may not have these configs on a broker with those properties, or "ok"
 *   group JSON JSON              the same of a group
 *   describe TYPE NAME JSON      what a node (JSON: node, cluster, broker, own) answers to DescribeConfigs of the resource
 *   properties JSON              what java.util.Properties reads from the text
 */
public class Configs {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    // What is logged must not stand among the answers.
    System.setOut(System.err);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        answer = answer(line.split("\t", -1));
      } catch (Throwable error) {
        answer = "!" + error;
      }
      out.println(answer.replace('\n', ' ').replace('\t', ' '));
    }
  }

  private static String answer(String[] question) throws Exception {
    switch (question[0]) {
      case "definitions":
        return definitions(question[1]);
      case "check":
        return check(question[1], question[2], question[3]);
      case "node":
        return node(question[1]);
      case "synonyms":
        return MAPPER.writeValueAsString(DynamicBrokerConfig.brokerConfigSynonyms(question[1], true));
      case "topic": {
        KafkaConfig config = KafkaConfig.fromProps(asProperties(MAPPER.readValue(question[2], HashMap.class)), false);
        Map<String, String> given = new HashMap<>();
        asProperties(MAPPER.readValue(question[1], HashMap.class)).forEach((k, v) -> given.put((String) k, (String) v));
        return outcome(() -> LogConfig.validate(Map.of(), given, config.extractLogConfigMap(), false));
      }
      case "group": {
        KafkaConfig config = KafkaConfig.fromProps(asProperties(MAPPER.readValue(question[2], HashMap.class)), false);
        Map<?, ?> given = MAPPER.readValue(question[1], HashMap.class);
        Map<String, Object> values = new HashMap<>();
        given.forEach((k, v) -> values.put((String) k, v));
        return outcome(() -> GroupConfig.validate(values, config.groupCoordinatorConfig(), config.shareGroupConfig()));
      }
      case "describe":
        return describe(Byte.parseByte(question[1]), question[2], MAPPER.readTree(question[3]));
      case "properties": {
        Properties properties = new Properties();
        properties.load(new StringReader(MAPPER.readValue(question[1], String.class)));
        return MAPPER.writeValueAsString(properties);
      }
      default:
        throw new IllegalArgumentException(question[0]);
    }
  }

  private static ConfigDef definitionOf(String scope) {
    switch (scope) {
      case "broker":
        return AbstractKafkaConfig.CONFIG_DEF;
      case "topic":
        return LogConfig.configDefCopy();
      case "group":
        return GroupConfig.CONFIG_DEF;
      case "client-metrics":
        return ClientMetricsConfigs.configDef();
      default:
        throw new IllegalArgumentException(scope);
    }
  }

  /** What only a running broker's overrides may have is not in its own definitions. */
  private static Map<String, ConfigDef.ConfigKey> keysOf(String scope) {
    return scope.equals("dynamic") ? DynamicConfig.Broker.configKeys() : definitionOf(scope).configKeys();
  }

  private static String definitions(String scope) throws Exception {
    Map<String, String> modes = DynamicBrokerConfig.dynamicConfigUpdateModes();
    List<ObjectNode> all = new ArrayList<>();
    for (ConfigDef.ConfigKey key : keysOf(scope).values()) {
      ObjectNode node = MAPPER.createObjectNode();
      node.put("name", key.name);
      node.put("type", key.type.toString());
      node.put("hasDefault", key.hasDefault());
      node.put("default", key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null);
      node.put("importance", key.importance.toString());
      node.put("validator", key.validator == null ? null : key.validator.toString());
      node.put("validatorClass", key.validator == null ? null : key.validator.getClass().getName());
      node.put("internal", key.internalConfig);
      if (scope.equals("broker")) node.put("mode", modes.getOrDefault(key.name, "read-only"));
      if (scope.equals("topic")) {
        node.set("synonyms", MAPPER.valueToTree(
            ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.getOrDefault(key.name, List.of()).stream()
                .map(synonym -> synonym.name()).toList()));
      }
      if (scope.equals("group")) node.put("synonym", GroupConfig.brokerSynonym(key.name).orElse(null));
      all.add(node);
    }
    return MAPPER.writeValueAsString(all);
  }

  private static String check(String scope, String name, String value) {
    ConfigDef.ConfigKey key = keysOf(scope).get(name);
    try {
      Object parsed = ConfigDef.parseType(name, value, key.type);
      if (key.validator != null) key.validator.ensureValid(name, parsed);
      return "ok";
    } catch (RuntimeException error) {
      return "refused: " + error.getMessage();
    }
  }

  private static String describe(byte type, String name, JsonNode given) throws Exception {
    KafkaConfig config = KafkaConfig.fromProps(propertiesOf(given.get("node")), false);
    config.dynamicConfig().initialize(scala.Option.empty());
    config.dynamicConfig().updateDefaultConfig(propertiesOf(given.get("cluster")), false);
    config.dynamicConfig().updateBrokerConfig(config.nodeId(), propertiesOf(given.get("broker")), false);
    Properties own = propertiesOf(given.get("own"));
    // The cache is only asked whether it knows the topic.
    MetadataCache cache = (MetadataCache) Proxy.newProxyInstance(Configs.class.getClassLoader(),
        new Class<?>[] {MetadataCache.class}, (proxy, method, arguments) -> method.getName().equals("contains"));
    ConfigHelper helper = new ConfigHelper(cache, config, resource -> own);
    DescribeConfigsResource resource = new DescribeConfigsResource().setResourceType(type).setResourceName(name);
    var results = helper.describeConfigs(CollectionConverters.asScala(List.of(resource)).toList(), true, false);
    List<ObjectNode> all = new ArrayList<>();
    for (DescribeConfigsResult result : CollectionConverters.asJava(results)) {
      if (result.errorCode() != 0) throw new IllegalStateException(result.errorMessage());
      for (DescribeConfigsResourceResult entry : result.configs()) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("name", entry.name());
        node.put("value", entry.value());
        node.put("readOnly", entry.readOnly());
        node.put("configSource", entry.configSource());
        node.put("isSensitive", entry.isSensitive());
        node.put("configType", entry.configType());
        ArrayNode synonyms = node.putArray("synonyms");
        entry.synonyms().forEach(synonym -> synonyms.addObject()
            .put("name", synonym.name()).put("value", synonym.value()).put("source", synonym.source()));
        all.add(node);
      }
    }
    return MAPPER.writeValueAsString(all);
  }

  private static Properties propertiesOf(JsonNode node) throws Exception {
    return asProperties(MAPPER.treeToValue(node, HashMap.class));
  }

  private static String outcome(Runnable check) {
    try {
      check.run();
      return "ok";
    } catch (RuntimeException error) {
      return "refused: " + error.getMessage();
    }
  }

  private static String node(String json) throws Exception {
    Map<?, ?> given = MAPPER.readValue(json, HashMap.class);
    try {
      KafkaConfig config = KafkaConfig.fromProps(asProperties(given));
      ObjectNode node = MAPPER.createObjectNode();
      node.set("logDirs", MAPPER.valueToTree(config.logDirs()));
      node.put("metadataLogDir", config.metadataLogDir());
      node.put("interBroker", config.interBrokerListenerName().value());
      return "ok " + node;
    } catch (RuntimeException error) {
      return "refused: " + error.getMessage();
    }
  }

  private static Properties asProperties(Map<?, ?> given) {
    Properties properties = new Properties();
    properties.putAll(given);
    return properties;
  }
}
