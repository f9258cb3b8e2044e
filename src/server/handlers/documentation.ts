import { type Api, Apis } from "../../protocol/apis.js";
import { HANDLERS } from "./registry.js";

const START = "<!-- written by scripts/supported.mjs -->";
const END = "<!-- end -->";

/** The README with what is served between its two marks. */
export function withSupportedApis(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END, start);
  if (start < 0 || end < 0) throw new Error(`The README has no ${START} … ${END}.`);
  return `${readme.slice(0, start + START.length)}\n${supportedApis()}\n${readme.slice(end)}`;
}

/** The text of docs/protocol.md. */
export function protocolDocument(): string {
  const rows = apisByKey().map((api) => {
    const served = servedBy(api);
    return `| ${api.key} | ${api.name} | ${served === "" ? "–" : `${api.minVersion}–${api.maxVersion}`} | ${served} |`;
  });
  return `# The protocol: what is served

Written by \`scripts/supported.mjs\` from \`src/server/handlers/registry.ts\`. What nobody serves is not advertised in ApiVersions either, so
clients do not ask for it. Versions are those of Apache Kafka 4.3.1.

| key | API | versions | served to |
|---:|---|---|---|
${rows.join("\n")}
`;
}

function supportedApis(): string {
  const apis = apisByKey();
  const served = apis.filter((api) => servedBy(api) !== "");
  const missing = apis.filter((api) => servedBy(api) === "").map(({ name }) => name);
  return wrapped(
    `${served.length} of Apache Kafka 4.3.1's ${apis.length} APIs are served, each in all its versions ([list](docs/protocol.md)). Not yet: ${missing.join(", ")}.`,
  );
}

function servedBy(api: Api): string {
  const kinds = new Set(
    HANDLERS.filter((handler) => handler.api === api).flatMap((handler) => handler.listeners ?? api.listeners),
  );
  return (["broker", "controller"] as const)
    .filter((kind) => kinds.has(kind))
    .map((kind) => (kind === "broker" ? "clients and brokers" : "controllers' listeners"))
    .join(", ");
}

function apisByKey(): Api[] {
  return (Object.values(Apis) as Api[]).sort((a, b) => a.key - b.key);
}

const WIDTH = 130;

function wrapped(text: string): string {
  let line = "";
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
