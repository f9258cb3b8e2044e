import { DecodingError } from "./shown-value.js";

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** As it is written: a scalar's name, or that of a message or an enum, seen from where the field stands. */
  readonly type: string;
  readonly kind: "single" | "repeated" | "map";
  /** Of a map's keys. */
  readonly keyType: string;
  /** Absent and at its default are told apart: `optional`, within a oneof, or of proto2. */
  readonly hasPresence: boolean;
}

export interface ProtoMessage {
  readonly name: string;
  readonly fields: Map<number, ProtoField>;
  /** In the order in which they are written, which serializers count. */
  readonly messages: ProtoMessage[];
}

export interface ProtoEnum {
  readonly name: string;
  readonly symbols: Map<number, string>;
}

/** What the names of several files mean. */
export interface ProtoTypes {
  readonly messages: Map<string, ProtoMessage>;
  readonly enums: Map<string, ProtoEnum>;
}

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\.?[A-Za-z_][\w.]*|[+-]?[\d.][\w.]*|[^\s\w])/y;
const LABELS = new Set(["optional", "required", "repeated"]);

/** Reads a .proto file into `types`; answers its messages, outermost. Throws a `DecodingError` where it is none. */
export function readProto(text: string, types: ProtoTypes): readonly ProtoMessage[] {
  return new ProtoReader(text, types).file();
}

class ProtoReader {
  private readonly tokens: readonly string[];
  private readonly types: ProtoTypes;
  private at = 0;
  /** Fields of proto3 without a label have no presence. */
  private isProto3 = false;

  constructor(text: string, types: ProtoTypes) {
    this.tokens = tokensOf(text);
    this.types = types;
  }

  file(): readonly ProtoMessage[] {
    const messages: ProtoMessage[] = [];
    let scope = "";
    while (this.at < this.tokens.length) {
      const word = this.next();
      if (word === "syntax") {
        this.expect("=");
        this.isProto3 = this.next().slice(1, -1) === "proto3";
        this.expect(";");
      } else if (word === "package") {
        scope = this.next();
        this.expect(";");
      } else if (word === "message") messages.push(this.message(scope, this.next()));
      else if (word === "enum") this.enumeration(scope);
      else if (word !== ";") this.skipStatement();
    }
    return messages;
  }

  private message(scope: string, own: string): ProtoMessage {
    const name = within(scope, own);
    const message: ProtoMessage = { name, fields: new Map(), messages: [] };
    this.types.messages.set(name, message);
    this.expect("{");
    for (let word = this.next(); word !== "}"; word = this.next()) {
      if (word === "message") message.messages.push(this.message(name, this.next()));
      else if (word === "enum") this.enumeration(name);
      else if (word === "oneof") this.oneof(message);
      else if (word === "map" && this.tokens[this.at] === "<") this.map(message);
      else if (word === "option" || word === "reserved" || word === "extensions" || word === "extend")
        this.skipStatement();
      else if (word !== ";") this.field(message, word, !this.isProto3);
    }
    return message;
  }

  private oneof(message: ProtoMessage): void {
    this.next();
    this.expect("{");
    for (let word = this.next(); word !== "}"; word = this.next()) {
      if (word === "option") this.skipStatement();
      else if (word !== ";") this.field(message, word, true);
    }
  }

  private map(message: ProtoMessage): void {
    this.expect("<");
    const keyType = this.next();
    this.expect(",");
    const type = this.next();
    this.expect(">");
    const name = this.next();
    const number = this.number();
    this.endOfField();
    message.fields.set(number, { name, number, type, kind: "map", keyType, hasPresence: true });
  }

  private field(message: ProtoMessage, first: string, hasPresence: boolean): void {
    const label = LABELS.has(first) ? first : "";
    let type = label === "" ? first : this.next();
    const name = this.next();
    const number = this.number();
    if (type === "group") {
      // The field is named as its message, in small letters.
      if (this.tokens[this.at] === "[") this.skipBrackets();
      message.messages.push(this.message(message.name, name));
      type = name;
    } else this.endOfField();
    message.fields.set(number, {
      name: type === name ? name.toLowerCase() : name,
      number,
      type,
      kind: label === "repeated" ? "repeated" : "single",
      keyType: "",
      hasPresence: hasPresence || label === "optional",
    });
  }

  private number(): number {
    this.expect("=");
    const text = this.next();
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1) throw new DecodingError(`its schema numbers a field ${text}`);
    return number;
  }

  private endOfField(): void {
    if (this.tokens[this.at] === "[") this.skipBrackets();
    this.expect(";");
  }

  private enumeration(scope: string): void {
    const name = within(scope, this.next());
    const symbols = new Map<number, string>();
    this.types.enums.set(name, { name, symbols });
    this.expect("{");
    for (let word = this.next(); word !== "}"; word = this.next()) {
      if (word === "option" || word === "reserved") this.skipStatement();
      else if (word !== ";") {
        this.expect("=");
        const number = Number(this.next());
        // Of several names of a number the first is meant.
        if (!symbols.has(number)) symbols.set(number, word);
        this.endOfField();
      }
    }
  }

  /** To its semicolon, or to the end of its block. */
  private skipStatement(): void {
    for (let depth = 0; ; ) {
      const word = this.next();
      if (word === "{") depth++;
      else if (word === "}" && --depth === 0) {
        // Of an option's value a semicolon follows.
        if (this.tokens[this.at] === ";") this.at++;
        return;
      } else if (word === ";" && depth === 0) return;
    }
  }

  private skipBrackets(): void {
    for (let depth = 0; ; ) {
      const word = this.next();
      if (word === "[") depth++;
      else if (word === "]" && --depth === 0) return;
    }
  }

  private next(): string {
    if (this.at >= this.tokens.length) throw new DecodingError("its schema ends too early");
    return this.tokens[this.at++];
  }

  private expect(word: string): void {
    const found = this.next();
    if (found !== word) throw new DecodingError(`its schema has ${found} where ${word} belongs`);
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const { lastIndex } = TOKEN;
    const found = TOKEN.exec(text);
    if (found === null)
      throw new DecodingError(`its schema cannot be read at ${text.slice(lastIndex, lastIndex + 20)}`);
    if (found[1] !== undefined) tokens.push(found[1]);
  }
  return tokens;
}

function within(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}
