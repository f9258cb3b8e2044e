import { join } from "node:path";
import { testClients } from "../support/client-tests.js";
import { ExchangeClient } from "../support/exchange-client.js";
import { repositoryRoot } from "../support/repository.js";
import { pythonClients, pythonPath } from "../support/tools.js";

// librdkafka (as confluent-kafka brings it) and aiokafka, both as idempotent producers.

let folder = "";

function program(name: string): (args: readonly string[]) => ExchangeClient {
  const path = join(repositoryRoot(), "test", "interop", "python", name);
  return (args) => ExchangeClient.start("python3", [path, ...args], pythonPath(folder));
}

testClients(async () => {
  folder = await pythonClients();
}, [
  {
    name: "librdkafka",
    codecs: ["none", "gzip", "snappy", "lz4", "zstd"],
    start: program("exchange_librdkafka.py"),
  },
  { name: "aiokafka", codecs: ["none", "gzip", "snappy", "lz4", "zstd"], start: program("exchange_aiokafka.py") },
]);
