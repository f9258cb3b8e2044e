/** ConfigDef.Type, as DescribeConfigs names it. */
export type ConfigType = "boolean" | "string" | "int" | "short" | "long" | "double" | "list" | "class" | "password";
export type Importance = "high" | "medium" | "low";
/** How a broker's config may change while it runs: not, on one broker, or on one or all of them. */
export type UpdateMode = "read-only" | "per-broker" | "cluster-wide";
export type ConfigScope = "broker" | "topic" | "group" | "client-metrics";

/** What values are allowed beside what the type allows. */
export interface ConfigLimits {
  /** Inclusive; of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** A number that is allowed although it is out of range. */
  readonly or?: number;
  /** Of a text, or of each item of a list. */
  readonly oneOf?: readonly string[];
  readonly ignoreCase?: true;
  /** Of a text: must not be empty; of a list: must have an item. */
  readonly nonEmpty?: true;
  /** Whether the value has the form that `form` names. */
  readonly matches?: RegExp;
  /** An item of a list beside which there must be no other. */
  readonly alone?: string;
  readonly form?: string;
}

export interface ConfigDefinition extends ConfigLimits {
  readonly name: string;
  readonly type: ConfigType;
  /** In the form of a properties file; null: there is no value unless one is set. */
  readonly defaultValue: string | null;
  /** A value must be given (where the role of the node asks for it). */
  readonly required: boolean;
  readonly importance: Importance;
  /** Of broker configs; those of other scopes can always change. */
  readonly updateMode: UpdateMode;
  /** Never shown: passwords. */
  readonly isSensitive: boolean;
  /** Not described to users, but taken. */
  readonly isInternal: boolean;
  /** For people; our own words. */
  readonly documentation: string;
  /** The broker's configs that give the default of a topic's or group's config, best first. */
  readonly synonyms: readonly string[];
}

interface Extras extends ConfigLimits {
  readonly updateMode?: UpdateMode;
  readonly isInternal?: true;
  readonly synonyms?: readonly string[];
}

/** `required`: there is no default, and null is no value. */
export const required = Symbol("required");
type Default<T> = T | null | typeof required;

type Define<T> = (
  name: string,
  defaultValue: Default<T>,
  importance: Importance,
  documentation: string,
  extras?: Extras,
) => ConfigDefinition;

export const boolean = definer<boolean>("boolean");
export const text = definer<string>("string");
export const int = definer<number>("int");
export const short = definer<number>("short");
/** Kafka's Long.MAX_VALUE is written `LONG_MAX`. */
export const long = definer<number | string>("long");
export const double = definer<number | string>("double");
/** Items separated by commas. */
export const list = definer<string>("list");
export const className = definer<string>("class");
export const password = definer<string>("password");

export const INT_MAX = 2147483647;
export const LONG_MAX = "9223372036854775807";

function definer<T>(type: ConfigType): Define<T> {
  return (name, defaultValue, importance, documentation, extras = {}) => ({
    updateMode: "read-only",
    synonyms: [],
    ...extras,
    name,
    type,
    defaultValue: defaultValue === null || defaultValue === required ? null : String(defaultValue),
    required: defaultValue === required,
    importance,
    isSensitive: type === "password",
    isInternal: extras.isInternal ?? false,
    documentation,
  });
}
