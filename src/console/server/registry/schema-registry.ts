import { type AvroNames, avroSchema } from "./avro.js";
import { protobufSchema } from "./protobuf.js";
import { protobufBody, type SchemaName } from "./schema-name.js";
import { DecodingError, type ShownValue } from "./shown-value.js";

const ANSWER_LIMIT_MS = 3_000;
/** What failed is asked again only after this time, ms: a page asks for many records. */
const AGAIN_MS = 5_000;
const REFERENCES_MAX = 100;

/** What a schema made of a key's or value's bytes. */
export interface Decoded {
  /** As `SchemaName` has it. */
  readonly id: number | string | null;
  readonly inHeader: boolean;
  /** "AVRO", "PROTOBUF", "JSON"; "" while the schema is not known. */
  readonly type: string;
  /** Of the record or message in its schema. */
  readonly name: string;
  readonly value: ShownValue;
  /** Why there is no value; null: there is. */
  readonly problem: string | null;
}

interface Schema {
  readonly type: string;
  decode(named: SchemaName): { readonly name: string; readonly value: ShownValue };
}

interface Answer {
  readonly schema?: string;
  /** Left out: Avro. */
  readonly schemaType?: string;
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

type Known = { readonly schema: Schema } | { readonly problem: string; readonly at: number };

/** Schemas by their ids or GUIDs, from a registry that speaks Confluent's REST interface, as Karapace, Apicurio and Redpanda do too. */
export class SchemaRegistry {
  /** Without what is secret in it. */
  readonly shownUrl: string;
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly known = new Map<number | string, Known>();

  /** `url` may hold a name and a password. */
  constructor(url: URL) {
    const { username, password } = url;
    const bare = new URL(url);
    bare.username = "";
    bare.password = "";
    this.shownUrl = bare.href.replace(/\/$/, "");
    this.base = this.shownUrl;
    const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
    this.headers = {
      Accept: "application/vnd.schemaregistry.v1+json, application/json",
      ...(username === "" ? {} : { Authorization: `Basic ${secret}` }),
    };
  }

  /** Asks for those of the schemas that are not known yet. Never fails: what is wrong is told by `decode`. */
  async load(ids: Iterable<number | string>): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => {
      const known = this.known.get(id);
      return known === undefined || ("problem" in known && Date.now() - known.at > AGAIN_MS);
    });
    await Promise.all(
      missing.map(async (id) => {
        try {
          this.known.set(id, { schema: await this.schema(id) });
        } catch (error) {
          if (!(error instanceof DecodingError)) throw error;
          this.known.set(id, { problem: error.message, at: Date.now() });
        }
      }),
    );
  }

  /** Bytes whose schema is loaded, if they name one. */
  decode(named: SchemaName): Decoded {
    const { id, inHeader } = named;
    const known = id === null ? { problem: named.problem } : this.known.get(id);
    if (known === undefined || "problem" in known) {
      const problem = known?.problem ?? "Its schema was not asked for.";
      return { id, inHeader, type: "", name: "", value: null, problem };
    }
    const { type, decode } = known.schema;
    try {
      return { id, inHeader, type, problem: null, ...decode(named) };
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
      const problem = `These bytes are not of schema ${id} (${type}): ${error.message}.`;
      return { id, inHeader, type, name: "", value: null, problem };
    }
  }

  private async schema(id: number | string): Promise<Schema> {
    const answer = await this.ask(`/schemas/${typeof id === "string" ? "guids" : "ids"}/${id}`, `schema ${id}`);
    const type = answer.schemaType ?? "AVRO";
    const text = answer.schema;
    if (typeof text !== "string") throw new DecodingError(`${this.shownUrl} answered no schema for ${id}.`);
    try {
      if (type === "JSON") return { type, decode: ({ body }) => jsonValue(body) };
      if (type !== "AVRO" && type !== "PROTOBUF") throw new DecodingError("it is of a kind that is not decoded here");
      const references = await this.references(answer);
      if (type === "PROTOBUF") {
        const { decode } = protobufSchema(text, references);
        return { type, decode: (named) => decode(protobufBody(named)) };
      }
      const names: AvroNames = new Map();
      for (const each of references) avroSchema(each, names);
      const { name, decode } = avroSchema(text, names);
      return { type, decode: ({ body }) => ({ name, value: decode(body) }) };
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
      throw new DecodingError(`Schema ${id} (${type}) cannot be used: ${error.message}.`);
    }
  }

  /** The texts that a schema names, those that they name before them. */
  private async references(answer: Answer): Promise<string[]> {
    const found = new Map<string, string>();
    const visit = async ({ references = [] }: Answer): Promise<void> => {
      for (const { name, subject, version } of references) {
        if (found.has(name)) continue;
        if (found.size >= REFERENCES_MAX) throw new DecodingError(`it names more than ${REFERENCES_MAX} others`);
        // Named before it is read: schemas may name each other.
        found.set(name, "");
        const part = await this.ask(`/subjects/${encodeURIComponent(subject)}/versions/${version}`, name);
        await visit(part);
        found.delete(name);
        found.set(name, part.schema ?? "");
      }
    };
    await visit(answer);
    return [...found.values()];
  }

  private async ask(path: string, what: string): Promise<Answer> {
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}`, {
        headers: this.headers,
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
    } catch (error) {
      throw new DecodingError(`The schema registry at ${this.shownUrl} does not answer: ${reasonOf(error)}.`);
    }
    if (response.status === 404) throw new DecodingError(`The schema registry at ${this.shownUrl} knows no ${what}.`);
    if (!response.ok)
      throw new DecodingError(`The schema registry at ${this.shownUrl} refused ${what}: HTTP ${response.status}.`);
    try {
      return (await response.json()) as Answer;
    } catch {
      throw new DecodingError(`What answers at ${this.shownUrl} is no schema registry: it answered no JSON.`);
    }
  }
}

function jsonValue(bytes: Uint8Array): { name: string; value: ShownValue } {
  try {
    return { name: "", value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as ShownValue };
  } catch (error) {
    throw new DecodingError((error as Error).message);
  }
}

/** Of `fetch`, which says only that it failed, and why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing came within ${ANSWER_LIMIT_MS / 1000} s`;
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? error.message;
}
