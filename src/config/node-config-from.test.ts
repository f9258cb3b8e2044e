import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultReplicationFactor } from "./defaults.js";
import type { NodeConfig } from "./node-config.js";
import { type ConfigSources, nodeConfigFrom, nodeConfigOf } from "./node-config-from.js";
import { parseProperties } from "./properties.js";

const COMBINED = `
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
log.dirs=/tmp/kraft-combined-logs
num.partitions=1
offsets.topic.replication.factor=1
log.retention.hours=168
`;
const BROKER = `
process.roles=broker
node.id=2
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://localhost:9092
controller.listener.names=CONTROLLER
log.dirs=data/a, /b
`;
const CONTROLLER = `
process.roles=controller
node.id=1
controller.quorum.voters=1@localhost:9093,2@other:9093
listeners=CONTROLLER://:9093
controller.listener.names=CONTROLLER
log.dirs=/c
`;

function read(text: string, more: Partial<ConfigSources> = {}) {
  return nodeConfigFrom({ properties: parseProperties(text), workingDirectory: "/srv/k", hostName: "me", ...more });
}

function accepted(text: string, more: Partial<ConfigSources> = {}): NodeConfig {
  const { config, problems } = read(text, more);
  assert.deepEqual(problems, []);
  return config!;
}

function messages(text: string, more: Partial<ConfigSources> = {}): string[] {
  return read(text, more).problems.map((problem) => problem.message);
}

const plaintext = (name: string, host: string, port: number) => ({ name, host, port, securityProtocol: 0 as const });

test("the file of a combined node, as Apache Kafka ships it", () => {
  const config = accepted(COMBINED);
  assert.deepEqual([config.nodeId, config.isBroker, config.isController], [1, true, true]);
  assert.deepEqual(config.listeners, [plaintext("PLAINTEXT", "", 9092), plaintext("CONTROLLER", "", 9093)]);
  assert.deepEqual(config.advertisedListeners, [
    plaintext("PLAINTEXT", "localhost", 9092),
    plaintext("CONTROLLER", "localhost", 9093),
  ]);
  assert.deepEqual(config.quorumBootstrapServers, [{ host: "localhost", port: 9093 }]);
  assert.equal(config.metadataLogDir, "/tmp/kraft-combined-logs");
  assert.equal(config.interBrokerListenerName, "PLAINTEXT");
  assert.equal(config.number("offsets.topic.replication.factor"), 1);
  assert.equal(config.number("replica.lag.time.max.ms"), 30000);
  assert.equal(config.ackAfter, "write");
  assert.equal(config.http, null);
});

test("the file of a broker: relative directories, and a name for hosts that are open", () => {
  const config = accepted(BROKER.replace("PLAINTEXT://localhost:9092", "PLAINTEXT://:9092"));
  assert.deepEqual([config.isBroker, config.isController], [true, false]);
  assert.deepEqual(config.logDirs, ["/srv/k/data/a", "/b"]);
  assert.equal(config.metadataLogDir, "/srv/k/data/a");
  assert.deepEqual(config.advertisedListeners, [plaintext("PLAINTEXT", "me", 9092)]);
});

test("the file of a controller of a static quorum: the voters tell where it is reached", () => {
  const config = accepted(CONTROLLER);
  assert.deepEqual(config.quorumVoters, [
    { id: 1, host: "localhost", port: 9093 },
    { id: 2, host: "other", port: 9093 },
  ]);
  assert.deepEqual(config.advertisedListeners, [plaintext("CONTROLLER", "localhost", 9093)]);
});

test("--set wins over the environment, which wins over the file", () => {
  const config = accepted(COMBINED, {
    environment: { KAFKA_NUM_PARTITIONS: "7", KAFKA_BROKER_RACK: "r1", KAFKA_LOG_RETENTION_HOURS: "1" },
    overrides: new Map([["num.partitions", "9"]]),
  });
  assert.equal(config.number("num.partitions"), 9);
  assert.equal(config.number("log.retention.hours"), 1);
  assert.equal(config.rack, "r1");
});

test("a wrong value is told with its name, its line, and what is allowed", () => {
  assert.deepEqual(messages(`${COMBINED}num.io.threads=many\ndelete.topic.enable=perhaps\n`), [
    "num.io.threads=many (line 15): it must be a whole number from -2147483648 to 2147483647.",
    "delete.topic.enable=perhaps (line 16): it must be true or false.",
  ]);
  assert.deepEqual(messages(COMBINED, { overrides: new Map([["num.partitions", "0"]]) }), [
    "num.partitions=0: it must be at least 1.",
  ]);
});

test("what must be set", () => {
  assert.deepEqual(messages(""), [
    "process.roles (not set): it must be set.",
    "node.id (not set): it must be set.",
    "controller.listener.names (not set): it must be set.",
  ]);
  assert.deepEqual(messages(BROKER.replace(/controller.quorum.bootstrap.*/, "")), [
    "controller.quorum.voters (not set): it or controller.quorum.bootstrap.servers must name the controllers.",
  ]);
});

test("a password is not shown", () => {
  const { warnings } = read(`${COMBINED}delegation.token.secret.key=s3cret\n`);
  assert.match(warnings[0].message, /^delegation\.token\.secret\.key=\[hidden\] \(line 15\)/);
});

test("names that nobody knows are warnings", () => {
  const { problems, warnings } = read(
    `${COMBINED}num.partition=3\nzookeeper.connect=z:1\nlistener.name.a.ssl.keystore.type=PEM\n`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    warnings.map((warning) => warning.message),
    [
      "num.partition=3 (line 15): no such config is known (is it num.partitions?); it is ignored.",
      "zookeeper.connect=z:1 (line 16): Apache Kafka removed it, and it is ignored.",
    ],
  );
});

test("the older name of node.id", () => {
  assert.equal(accepted(COMBINED.replace("node.id", "broker.id")).nodeId, 1);
  assert.deepEqual(messages(`${COMBINED}broker.id=2`), ["broker.id=2 (line 15): it must be the same as node.id, 1."]);
});

test("roles and listeners must fit", () => {
  assert.match(
    messages(CONTROLLER.replace("node.id=1", "node.id=5"))[0],
    /must be among the voters, and this is node 5/,
  );
  assert.match(
    messages(BROKER.replace(/controller.quorum.bootstrap.*/, "controller.quorum.voters=2@a:1"))[0],
    /must not be among the voters/,
  );
  assert.match(
    messages(CONTROLLER.replace("CONTROLLER://:9093", "CONTROLLER://:9093,X://:1"))[0],
    /no security protocol for the listener X/,
  );
  assert.match(
    messages(CONTROLLER.replace("CONTROLLER://:9093", "CONTROLLER://:9093,PLAINTEXT://:1"))[0],
    /a controller may only have those of controller\.listener\.names: PLAINTEXT is not/,
  );
  assert.match(
    messages(BROKER.replace("PLAINTEXT://localhost:9092", "PLAINTEXT://a:9092,CONTROLLER://a:9093"))[0],
    /a broker that is no controller must not have the controller's: CONTROLLER/,
  );
  assert.match(
    messages(BROKER.replace("listeners=PLAINTEXT://localhost:9092", "listeners=PLAINTEXT://0.0.0.0:9092"))[0],
    /0\.0\.0\.0 leads nowhere/,
  );
  assert.match(messages(`${BROKER}inter.broker.listener.name=OTHER`)[0], /no security protocol for OTHER/);
  assert.match(messages(`${BROKER}advertised.listeners=SSL://a:1`)[0], /SSL must be in listeners too/);
  assert.match(
    messages(COMBINED.replace(/^listeners.*/m, "listeners=PLAINTEXT://:9092,CONTROLLER://:9092"))[0],
    /another port/,
  );
  assert.match(
    messages(COMBINED.replace(/^listeners.*/m, "listeners=9092"))[0],
    /NAME:\/\/HOST:PORT, which "9092" is not/,
  );
});

test("one port may serve an IPv4 and an IPv6 address", () => {
  const map = "listener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT,CONTROLLER:PLAINTEXT";
  const listeners = "listeners=A://127.0.0.1:9092,B://[::1]:9092";
  const text = BROKER.replace(/^listeners.*/m, `${listeners}\n${map}\ninter.broker.listener.name=A`);
  assert.deepEqual(accepted(text).listeners[1], plaintext("B", "::1", 9092));
});

test("what is not supported yet is an error that says so", () => {
  const tls = COMBINED.replaceAll("PLAINTEXT://", "SSL://").replace(
    "inter.broker.listener.name=PLAINTEXT",
    "inter.broker.listener.name=SSL",
  );
  assert.ok(messages(tls).some((message) => /SSL is not supported yet/.test(message)));
  const more = COMBINED.replace(/^listeners.*/m, "listeners=PLAINTEXT://:9092,SASL_SSL://:9094,CONTROLLER://:9093");
  assert.match(messages(more)[0], /SASL_SSL speaks SASL_SSL, which is not supported yet/);
  assert.match(
    messages(`${COMBINED}authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer`)[0],
    /access control is not supported yet/,
  );
  assert.match(messages(`${COMBINED}remote.log.storage.system.enable=true`)[0], /no tiered storage/);
});

test("properties that contradict each other", () => {
  assert.match(messages(`${COMBINED}log.retention.ms=0`)[0], /^log\.retention\.ms=0 .*at least 1, or -1/);
  assert.match(messages(`${COMBINED}replica.lag.time.max.ms=100`)[0], /^replica\.fetch\.wait\.max\.ms \(not set\)/);
  assert.match(
    messages(`${COMBINED}group.consumer.session.timeout.ms=10`)[0],
    /at least group\.consumer\.min\.session/,
  );
  assert.match(messages(`${COMBINED}cordoned.log.dirs=/x`)[0], /must be one of the log directories/);
});

test("where HTTP is served", () => {
  assert.deepEqual(accepted(`${COMBINED}http.listeners=http://127.0.0.1:8080`).http, { host: "127.0.0.1", port: 8080 });
  assert.deepEqual(accepted(`${COMBINED}http.listeners=:8080`).http, { host: "", port: 8080 });
  assert.match(messages(`${COMBINED}http.listeners=8080`)[0], /HOST:PORT/);
});

test("replicas by default: three, or as many as there are brokers, of which a majority must have a record", () => {
  const config = accepted(COMBINED);
  assert.deepEqual(
    [0, 1, 2, 3, 9].map((brokers) => defaultReplicationFactor(config, brokers)),
    [1, 1, 2, 3, 3],
  );
  assert.equal(config.number("min.insync.replicas"), 2);
  assert.equal(accepted(`${COMBINED}default.replication.factor=5`).number("min.insync.replicas"), 3);
  assert.equal(accepted(`${COMBINED}min.insync.replicas=1`).number("min.insync.replicas"), 1);
});

test("asking for a name that does not exist, or for another type, is our own error", () => {
  const config = nodeConfigOf(
    Object.fromEntries([...parseProperties(CONTROLLER)].map(([name, { value }]) => [name, value])),
  );
  assert.throws(() => config.number("no.such.config"), /no config is named no\.such\.config/);
  assert.throws(() => config.boolean("num.partitions"), /not a boolean/);
  assert.throws(() => nodeConfigOf({}), /process\.roles/);
});
