/** Of the JVM, of Kafka's tools and of Holdfast's: not properties. */
const NOT_PROPERTIES = new Set([
  "KAFKA_BROKERS",
  "KAFKA_GC_LOG_OPTS",
  "KAFKA_HEAP_OPTS",
  "KAFKA_HOME",
  "KAFKA_JMX_HOSTNAME",
  "KAFKA_JMX_OPTS",
  "KAFKA_JMX_PORT",
  "KAFKA_JVM_PERFORMANCE_OPTS",
  "KAFKA_LOG4J_LOGGERS",
  "KAFKA_LOG4J_OPTS",
  "KAFKA_LOG4J_ROOT_LOGLEVEL",
  "KAFKA_OPTS",
  "KAFKA_TOOLS_LOG4J_LOGLEVEL",
  "KAFKA_VERSION",
]);
const PREFIX = "KAFKA_";
const SEPARATORS = new Map([
  ["___", "-"],
  ["__", "_"],
  ["_", "."],
]);

/** The variable that sets a property: node.id is set by KAFKA_NODE_ID. */
export function variableOf(property: string): string {
  const word = property.replace(/[-_.]/g, (separator) => ({ "-": "___", _: "__" })[separator] ?? "_");
  return `${PREFIX}${word.toUpperCase()}`;
}

/** The properties that an environment's `KAFKA_*` variables set, as the image apache/kafka reads them: KAFKA_NODE_ID is node.id. */
export function environmentProperties(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const variable of Object.keys(environment).sort()) {
    const value = environment[variable];
    if (value === undefined || !variable.startsWith(PREFIX) || NOT_PROPERTIES.has(variable)) continue;
    const name = variable.slice(PREFIX.length).toLowerCase();
    properties.set(
      name.replace(/___|__|_/g, (separator) => SEPARATORS.get(separator) as string),
      value,
    );
  }
  return properties;
}
