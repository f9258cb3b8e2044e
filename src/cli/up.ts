import { Command, Option } from "commander";
import { parseTopicSpec } from "../cluster/topic-spec.js";
import { assignment, each, jsonOption, schemaRegistryOption, text, wholeNumber } from "./options.js";

export interface UpOptions {
  readonly brokers: number;
  readonly dataDir?: string;
  readonly port: number;
  readonly anyPort?: boolean;
  readonly strictPorts?: boolean;
  readonly consolePort: number;
  readonly console: boolean;
  readonly readOnly?: boolean;
  readonly schemaRegistry?: URL;
  readonly topic: string[];
  readonly config?: string;
  readonly set: string[];
  readonly advertise: string[];
  readonly listen?: string;
  readonly docker?: boolean;
  readonly allowPlaintext?: boolean;
  readonly open?: boolean;
  readonly json?: boolean;
  readonly portsFile?: string;
  readonly engine: "holdfast" | "kafka";
  readonly restart?: boolean;
  readonly readyTimeout: number;
}

export function define(): Command {
  return addClusterShape(new Command("up").description("start a cluster and a console, and stay in the foreground"))
    .addOption(
      new Option("--console-port <port>", "where the console is served")
        .env("HOLDFAST_CONSOLE_PORT")
        .default(9080)
        .argParser(wholeNumber("--console-port", 1, 65_535, "HOLDFAST_CONSOLE_PORT")),
    )
    .option("--no-console", "no console")
    .option("--read-only", "a console that refuses whatever would change something")
    .addOption(schemaRegistryOption())
    .option("--open", "open the console in a browser")
    .option("--strict-ports", "end with code 4 when a port is taken, instead of using the next free ones")
    .option("--ports-file <file>", "write the line of --json into this file when ready", text("--ports-file"))
    .option("--restart", "start a broker again when it died unasked")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  holdfast up --topic orders:6:3 --set log.retention.hours=1
  holdfast up --data-dir ./cluster        keeps its data and its ports
  holdfast up --any-port --json           one line of JSON on standard output when ready
  holdfast up --engine kafka              the same cluster, of Apache Kafka's own processes
  holdfast up --docker                    containers reach it too, at host.docker.internal

Environment: HOLDFAST_BROKERS, HOLDFAST_DATA_DIR, HOLDFAST_PORT, HOLDFAST_CONSOLE_PORT,
HOLDFAST_SCHEMA_REGISTRY, HOLDFAST_ENGINE stand for the options;
KAFKA_LOG_RETENTION_HOURS=1 is the property log.retention.hours, and so on. Options win over the environment, that over
--config, that over the defaults.`,
    )
    .action(async (options: UpOptions) => {
      const { runUp } = await import("./up-run.js");
      await runUp(options);
    });
}

/** The options that `up` and `exec` share. */
export function addClusterShape(command: Command): Command {
  return command
    .hook("preAction", async (_, called) => {
      if (!Object.keys(process.env).some((name) => name.startsWith("HOLDFAST_"))) return;
      await (await import("./misspelled-variables.js")).tellMisspelledVariables(called);
    })
    .addOption(
      new Option("-n, --brokers <count>", "how many brokers")
        .env("HOLDFAST_BROKERS")
        .default(3)
        .argParser(wholeNumber("--brokers", 1, 9, "HOLDFAST_BROKERS")),
    )
    .addOption(
      new Option("--data-dir <dir>", "keep the data there (default: thrown away at the end)").env("HOLDFAST_DATA_DIR"),
    )
    .addOption(
      new Option("--port <port>", "of the first broker; the others follow")
        .env("HOLDFAST_PORT")
        .default(9092)
        .argParser(wholeNumber("--port", 1, 65_535, "HOLDFAST_PORT")),
    )
    .option("--any-port", "let the system choose free ports")
    .option(
      "--topic <topic>",
      "a topic that is to exist, NAME:PARTITIONS:REPLICATION-FACTOR; may be given several times",
      each(topicSpec),
      [],
    )
    .option("--config <file>", "broker properties, as in server.properties", text("--config"))
    .option("--set <name=value>", "one broker property; may be given several times", each(assignment("--set")), [])
    .option(
      "--advertise <host>",
      "a name for clients elsewhere (containers, other machines), on ports of its own; may be given several times",
      each(text("--advertise")),
      [],
    )
    .option("--listen <address>", "listen for clients there too, not on the loopback address only", text("--listen"))
    .option("--docker", "for containers of this machine's Docker, as host.docker.internal")
    .option(
      "--allow-plaintext",
      "listen off the loopback address, though nothing is encrypted and nobody is asked who they are",
    )
    .addOption(
      new Option("--engine <engine>", "what runs the brokers")
        .env("HOLDFAST_ENGINE")
        .choices(["holdfast", "kafka"])
        .default("holdfast"),
    )
    .addOption(
      new Option(
        "--ready-timeout <seconds>",
        "give up with code 3 when not ready by then (default: 30, Apache Kafka 120)",
      )
        .default(0)
        .argParser(wholeNumber("--ready-timeout", 1, 3600)),
    );
}

function topicSpec(value: string): string {
  parseTopicSpec(value, "--topic");
  return value;
}

/** They follow from the brokers and ports of the cluster. */
export const OWN_PROPERTIES = new Set([
  "process.roles",
  "node.id",
  "broker.id",
  "controller.quorum.voters",
  "controller.quorum.bootstrap.servers",
  "listeners",
  "advertised.listeners",
  "controller.listener.names",
  "inter.broker.listener.name",
  "listener.security.protocol.map",
  "log.dir",
  "log.dirs",
  "metadata.log.dir",
]);
