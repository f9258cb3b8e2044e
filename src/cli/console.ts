import { Command } from "commander";
import { addresses, type ClusterChoice, clusterOptions, schemaRegistryOption, text, wholeNumber } from "./options.js";

interface ConsoleChoice extends ClusterChoice {
  readonly host: string;
  readonly port: number;
  readonly readOnly?: boolean;
  readonly schemaRegistry?: URL;
  readonly http?: string;
}

export function define(): Command {
  const command = new Command("console")
    .description("serve the console of a running cluster, of Holdfast or of Apache Kafka; Ctrl-C ends it")
    .option("--host <host>", "the address to serve at; off loopback a token is asked for", text("--host"), "127.0.0.1")
    .option("--port <port>", "the port to serve at; 0: any", wholeNumber("--port", 0, 65_535), 9081)
    .option("--read-only", "refuse whatever would change something")
    .addOption(schemaRegistryOption())
    .option(
      "--http <host:port,…>",
      "the brokers' http.listeners: their events are heard there, and the journey of a record can be shown",
      addresses("--http"),
    )
    .addHelpText(
      "after",
      `
Examples:
  holdfast console                                        of the cluster that runs on this machine
  holdfast console --bootstrap-server kafka-1:9092 --read-only
  holdfast console --bootstrap-server a:9092,b:9092 --http a:8080,b:8080    hears the brokers' events
  holdfast console --schema-registry http://localhost:8081    decodes Avro, Protobuf and JSON Schema`,
    );
  for (const option of clusterOptions()) command.addOption(option);
  return command.action(async (options: ConsoleChoice) => {
    const [{ Admin }, { serveConsoleOf }, { chosenBootstrapServers }, { brokerListeners }, output] = await Promise.all([
      import("../cluster/admin.js"),
      import("../console/server/serve.js"),
      import("./which-cluster.js"),
      import("./broker-listeners.js"),
      import("./output.js"),
    ]);
    const servers = await chosenBootstrapServers(options);
    // Says at once when nobody answers there.
    (await Admin.connect(servers)).close();
    const { host, port, readOnly = false, schemaRegistry } = options;
    const http = options.http === undefined ? [] : await brokerListeners({ http: options.http });
    const server = await serveConsoleOf(servers, { host, port, readOnly, schemaRegistry, http });
    output.print(`Console ${server.url}`);
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
    });
    await server.close();
  });
}
