import { assert } from "../base/assert.js";
import type { Definitions } from "./catalogue.js";
import type { ConfigDefinition, ConfigType } from "./definition.js";
import type { ConfigValues } from "./node-config.js";

/** Null: there is none. Of class and password definitions: their text. */
export type ConfigValue = boolean | number | string | readonly string[] | null;

export type ParsedValue =
  | { readonly value: Exclude<ConfigValue, null>; readonly reason: null }
  | { readonly value: null; readonly reason: string };

const RANGES: Partial<Record<ConfigType, readonly [bigint, bigint]>> = {
  short: [-32768n, 32767n],
  int: [-2147483648n, 2147483647n],
  long: [-9223372036854775808n, 9223372036854775807n],
};
const DOUBLE = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i;

/** Reads a text as a definition wants it; `reason` completes a sentence that begins with the value: "it must be …". */
export function parseValue(definition: ConfigDefinition, given: string): ParsedValue {
  const text = given.trim();
  switch (definition.type) {
    case "boolean": {
      const lower = text.toLowerCase();
      if (lower === "true" || lower === "false") return { value: lower === "true", reason: null };
      return refused("it must be true or false");
    }
    case "short":
    case "int":
    case "long": {
      const [least, most] = RANGES[definition.type]!;
      const parsed = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : null;
      if (parsed === null || parsed < least || parsed > most) {
        return refused(`it must be a whole number from ${least} to ${most}`);
      }
      return checked(definition, clamped(parsed));
    }
    case "double":
      if (!DOUBLE.test(text)) return refused("it must be a number");
      return checked(definition, Number(text.replace(/[df]$/i, "")));
    case "list": {
      const items = text === "" ? [] : text.split(/\s*,\s*/);
      return checkedList(definition, items);
    }
    // A password is taken as it is, blanks included, for they may belong to it.
    case "password":
      return { value: given, reason: null };
    default:
      return checkedText(definition, text);
  }
}

/** What a definition allows, as the end of a sentence: "it must be …"; null: anything of its type. */
export function allowedValues(definition: ConfigDefinition): string | null {
  const { min, max, or, oneOf, form, nonEmpty } = definition;
  const orElse = or === undefined ? "" : ` or ${or}`;
  if (min !== undefined && max !== undefined) return `from ${min} to ${max}${orElse}`;
  if (min !== undefined) return `at least ${min}${orElse}`;
  if (oneOf !== undefined)
    return definition.type === "list" ? `some of ${oneOf.join(", ")}` : `one of ${oneOf.join(", ")}`;
  if (form !== undefined) return `of the form ${form}`;
  return nonEmpty ? "not empty" : null;
}

function refused(reason: string): ParsedValue {
  return { value: null, reason };
}

/** Of a 64-bit number what a number can hold: beyond it, all is "for ever" or "no limit". */
function clamped(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}

function checked(definition: ConfigDefinition, value: number): ParsedValue {
  const { min, max, or } = definition;
  const isLow = min !== undefined && value < min;
  const isHigh = max !== undefined && value > max;
  if ((isLow || isHigh) && value !== or) return refused(`it must be ${allowedValues(definition)}`);
  return { value, reason: null };
}

function checkedText(definition: ConfigDefinition, value: string): ParsedValue {
  return isAllowedText(definition, value)
    ? { value, reason: null }
    : refused(`it must be ${allowedValues(definition)}`);
}

function checkedList(definition: ConfigDefinition, items: readonly string[]): ParsedValue {
  if (items.length === 0 && definition.nonEmpty) return refused("it must not be empty");
  if (new Set(items).size !== items.length) return refused("nothing may come twice");
  if (items.includes("")) return refused("there must be something between its commas");
  const isCrowded = items.length > 1 && definition.alone !== undefined && items.includes(definition.alone);
  if (isCrowded || !items.every((item) => isAllowedText(definition, item))) {
    return refused(`${definition.oneOf === undefined ? "each part" : "it"} must be ${allowedValues(definition)}`);
  }
  return { value: items, reason: null };
}

function isAllowedText(definition: ConfigDefinition, value: string): boolean {
  const { oneOf, ignoreCase, nonEmpty, matches } = definition;
  if (nonEmpty && value === "") return false;
  if (matches !== undefined && !matches.test(value)) return false;
  if (oneOf === undefined) return true;
  return ignoreCase ? oneOf.some((one) => one.toLowerCase() === value.toLowerCase()) : oneOf.includes(value);
}

/** The text that Kafka's tools show for a value that was given as `text`; `text` itself where it is not allowed. */
export function canonicalText(definition: ConfigDefinition, text: string): string {
  const { value } = parseValue(definition, text);
  if (value === null) return text;
  switch (definition.type) {
    case "short":
    case "int":
    case "long":
      return BigInt(text.trim().replace(/^\+/, "")).toString();
    case "double":
      return javaDouble(value as number);
    case "list":
      return (value as readonly string[]).join(",");
    default:
      return String(value);
  }
}

/** As Java's Double.toString. */
function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [digits, exponent] = value.toExponential().split("e");
    return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Values of one scope by name, wherever they come from. */
export abstract class DefinedValues implements ConfigValues {
  private readonly definitions: Definitions;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** The value in effect; its type is that of the definition. */
  protected abstract value(definition: ConfigDefinition): ConfigValue;

  number(name: string): number {
    const value = this.optionalNumber(name);
    assert(value !== null, `${name} has no value`);
    return value;
  }

  optionalNumber(name: string): number | null {
    const value = this.value(this.definition(name));
    assert(value === null || typeof value === "number", `${name} is not a number`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.value(this.definition(name));
    assert(typeof value === "boolean", `${name} is not a boolean`);
    return value;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    assert(value !== null, `${name} has no value`);
    return value;
  }

  optionalText(name: string): string | null {
    const value = this.value(this.definition(name));
    assert(value === null || typeof value === "string", `${name} is not a text`);
    return value;
  }

  list(name: string): readonly string[] {
    const value = this.value(this.definition(name));
    assert(value === null || typeof value === "object", `${name} is not a list`);
    return value ?? [];
  }

  private definition(name: string): ConfigDefinition {
    const definition = this.definitions.get(name);
    assert(definition !== undefined, `no config is named ${name}`);
    return definition;
  }
}
