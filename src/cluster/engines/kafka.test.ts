import assert from "node:assert/strict";
import { test } from "node:test";
import { ExitCode } from "../failure.js";
import { KafkaEngine } from "./kafka.js";

const { lastWords } = KafkaEngine.prototype;

test("the last error of a broker that ended is told without the frames of its stack", () => {
  const log = `2026-11-25 18:25:26,409 ERROR kafka.network.DataPlaneAcceptor Unable to start acceptor for PLAINTEXT
org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:26100: Address already in use.
\tat kafka.network.Acceptor.openServerSocket(SocketServer.scala:623)
2026-11-25 18:25:27,033 ERROR kafka.Kafka$ Exiting Kafka due to fatal exception during startup.
java.lang.RuntimeException: Received a fatal error while waiting for all of the SocketServer Acceptors to be started
\tat org.apache.kafka.server.util.FutureUtils.waitWithLogging(FutureUtils.java:73)
Caused by: java.net.BindException: Address already in use
\t... 18 more
2026-11-25 18:25:27,336 WARN org.apache.kafka.clients.NetworkClient Attempting to close NetworkClient that has already been closed.
`;
  assert.deepEqual(lastWords(log), {
    text: `2026-11-25 18:25:27,033 ERROR kafka.Kafka$ Exiting Kafka due to fatal exception during startup.
java.lang.RuntimeException: Received a fatal error while waiting for all of the SocketServer Acceptors to be started
Caused by: java.net.BindException: Address already in use`,
    exitCode: ExitCode.failure,
  });
});

test("a port that somebody took is told by its own exit code", () => {
  const log = `2026-11-25 18:25:27,033 ERROR kafka.Kafka$ Exiting Kafka due to fatal exception during startup.
Caused by: org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:26100: Address already in use.
`;
  assert.equal(lastWords(log).exitCode, ExitCode.portTaken);
});

test("what is no log of Kafka's, as of a JVM that did not start, is told from its end", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  assert.deepEqual(lastWords(lines.join("\n")).text.split("\n"), lines.slice(-12));
  assert.equal(lastWords("").text, "");
});
