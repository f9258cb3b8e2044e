import { jarPath } from "./kafka-jars.js";
import { readZip } from "./zip.js";

/** One of Kafka's message descriptions, as far as it says something about the wire. */
export interface MessageJson {
  readonly name: string;
  readonly type: string;
  readonly apiKey?: number;
  readonly listeners?: readonly string[];
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly latestVersionUnstable?: boolean;
  readonly fields: readonly FieldJson[];
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly FieldJson[] }[];
}

export interface FieldJson {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly default?: unknown;
  readonly ignorable?: boolean;
  readonly mapKey?: boolean;
  readonly flexibleVersions?: string;
  readonly fields?: readonly FieldJson[];
}

/** The descriptions in a jar that have any version: those that Kafka has taken out keep their names, but have none. */
export function messagesInJar(artifact: string, folder: string): Map<string, MessageJson> {
  const messages = new Map<string, MessageJson>();
  for (const bytes of readZip(jarPath(artifact), folder, ".json").values()) {
    const message = JSON.parse(bytes.toString("utf8").replace(/^\s*\/\/.*$/gm, "")) as MessageJson;
    if (message.validVersions !== "none") messages.set(message.name, message);
  }
  return messages;
}

/** The fields of a struct, which are given in place or by the name of a common struct; null for anything else. */
export function fieldsOf(message: MessageJson, field: FieldJson): readonly FieldJson[] | null {
  if (field.fields !== undefined) return field.fields;
  const name = field.type.replace("[]", "");
  return message.commonStructs?.find((struct) => struct.name === name)?.fields ?? null;
}

/** Kafka's name of a field as its classes have it. */
export function fieldName(json: FieldJson): string {
  return json.name[0].toLowerCase() + json.name.slice(1);
}
