import { testClients } from "../support/client-tests.js";
import { ExchangeClient } from "../support/exchange-client.js";
import { goProgram } from "../support/tools.js";

// sarama as an idempotent producer, with the newest protocol that it speaks.

let program = "";

testClients(async () => {
  program = await goProgram();
}, [
  {
    name: "sarama",
    codecs: ["none", "gzip", "snappy", "lz4", "zstd"],
    start: (args) => ExchangeClient.start(program, args),
  },
]);
