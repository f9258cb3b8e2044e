import type { Address } from "./broker-link.js";
import { ExitCode, Failure } from "./failure.js";

/**
 * Parses `HOST:PORT[,HOST:PORT…]` as Kafka's tools take it; an IPv6 host stands in brackets. `source` is the option or variable that gives
 * it, for the usage `Failure`.
 */
export function parseBootstrapServers(text: string, source = ""): Address[] {
  const given = source === "" ? "" : `${source} ${text}: `;
  const addresses: Address[] = [];
  for (const word of text.split(",").map((each) => each.trim())) {
    if (word === "") continue;
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(word);
    const port = Number(match?.[3]);
    if (match === null || port < 1 || port > 65_535) {
      throw new Failure(
        `${given}"${word}" is no broker address.`,
        "Write HOST:PORT, several with commas: localhost:9092,localhost:9093.",
        ExitCode.usage,
      );
    }
    addresses.push({ host: match[1] ?? match[2], port });
  }
  if (addresses.length > 0) return addresses;
  const sentence = given === "" ? "No broker address was given." : `${given}there is no broker address.`;
  throw new Failure(sentence, "Write HOST:PORT, such as localhost:9092.", ExitCode.usage);
}
