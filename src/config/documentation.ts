import { type ConfigSection, configSections } from "./catalogue.js";
import type { ConfigDefinition, ConfigScope } from "./definition.js";
import { allowedValues } from "./values.js";

const HEAD = `# Configuration

Every config by the name that Apache Kafka 4.3 gives it; those that begin with \`holdfast.\`, and \`http.listeners\`, are Holdfast's own. A
\`server.properties\` of Apache Kafka is taken as it is: names that nobody knows are warned of, wrong values stop the node and are told with
their line. \`--set NAME=VALUE\` wins over the environment (\`KAFKA_NUM_PARTITIONS\` is \`num.partitions\`), which wins over the file.

TLS, SASL, access control and tiered storage are not supported yet. Their configs are known, so that files that have them can be read; what
would turn them on is refused. All that is listed is checked and described to clients, but what is part of something that Holdfast does not
have yet changes nothing: quotas, transactions, share groups, streams groups.

This page is made from \`src/config/definitions/\` by \`node scripts/configuration.mjs\`, after a build.
`;

const SCOPES: readonly { readonly scope: ConfigScope; readonly head: string }[] = [
  {
    scope: "broker",
    head: `## Brokers and controllers

What is marked *cluster* can be altered while brokers run, for all of them or for one; *broker* for one only. The marks are Apache
Kafka's: a Holdfast broker refuses to alter its listeners and its security while it runs.`,
  },
  {
    scope: "topic",
    head: `## Topics

What a topic does not set follows the broker's config that is named here.`,
  },
  {
    scope: "group",
    head: "## Groups\n\nWhat a group does not set follows the broker's config of the same name, with `group.` before it.",
  },
  { scope: "client-metrics", head: "## Client metrics" },
];

/** The text of docs/configuration.md. */
export function configurationDocument(): string {
  const parts = [HEAD];
  for (const { scope, head } of SCOPES) {
    parts.push(`${head}\n`);
    const sections = configSections.filter((section) => section.scope === scope);
    for (const section of sections) {
      if (sections.length > 1) parts.push(`### ${section.title}\n`);
      parts.push(table(section));
    }
  }
  return parts.join("\n");
}

function table(section: ConfigSection): string {
  const rows = section.definitions.filter((definition) => !definition.isInternal).map(row);
  return `${["| name | type, default, values | what it is |", "|---|---|---|", ...rows].join("\n")}\n`;
}

function row(definition: ConfigDefinition): string {
  const { name, updateMode, documentation } = definition;
  const mark = updateMode === "read-only" ? "" : ` *${updateMode === "per-broker" ? "broker" : "cluster"}*`;
  return `| \`${name}\`${mark} | ${facts(definition)} | ${documentation.replaceAll("|", "\\|").replaceAll("*", "\\*")} |`;
}

function facts(definition: ConfigDefinition): string {
  const { type, defaultValue, required, synonyms } = definition;
  const parts: string[] = [type];
  if (required) parts.push("must be set");
  else if (defaultValue !== null) parts.push(defaultValue === "" ? "empty" : `\`${defaultValue}\``);
  // A group's is always called alike.
  if (synonyms.length > 0 && !synonyms[0].startsWith("group.")) parts.push(`follows \`${synonyms[0]}\``);
  const allowed = allowedValues(definition);
  if (allowed !== null) parts.push(allowed.replaceAll("*", "\\*"));
  return parts.join("; ");
}
