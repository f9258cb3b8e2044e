import { Option } from "commander";
import { parseBootstrapServers } from "../cluster/addresses.js";
import { parseAssignment } from "../cluster/assignments.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { isTopicName, TOPIC_NAMES } from "../cluster/topic-spec.js";

/** The options that say which cluster a command is for. */
export function clusterOptions(): Option[] {
  return [
    new Option("--bootstrap-server <host:port,…>", "brokers to ask (any Kafka cluster)").argParser(
      addresses("--bootstrap-server"),
    ),
    new Option(
      "--cluster <id>",
      "a cluster that `holdfast up` runs on this machine; the start of its id is enough",
    ).argParser(startOfId),
  ];
}

export interface ClusterChoice {
  readonly bootstrapServer?: string;
  readonly cluster?: string;
}

/** Of commands that serve a console. */
export function schemaRegistryOption(): Option {
  const option = new Option(
    "--schema-registry <url>",
    "decode keys and values by this schema registry; NAME:PASSWORD@ before the host where it asks for them",
  );
  return option.env("HOLDFAST_SCHEMA_REGISTRY").argParser((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.protocol === "http:" || url?.protocol === "https:") return url;
    const named = process.env.HOLDFAST_SCHEMA_REGISTRY === text ? "HOLDFAST_SCHEMA_REGISTRY" : "--schema-registry";
    throw new Failure(
      `${given(named, text)}: Give an http or https address, such as http://localhost:8081.`,
      "",
      ExitCode.usage,
    );
  });
}

export function jsonOption(): Option {
  return new Option("--json", "machine-readable output");
}

/** A whole number within bounds; a usage `Failure` names the option, the value and what is allowed. */
export function wholeNumber(option: string, min: number, max: number, variable = ""): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    // It may come from the environment: then that is what is to be mended.
    const given = variable !== "" && process.env[variable] === text ? `${variable}=${text}` : `${option} ${text}`;
    throw new Failure(`${given}: not a whole number from ${min} to ${max}.`, "", ExitCode.usage);
  };
}

/** As `wholeNumber`, where a sign may stand in front. */
export function integer(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= min && value <= max) return value;
    throw new Failure(`${option} ${text}: not a whole number from ${min} to ${max}.`, "", ExitCode.usage);
  };
}

/** A text that is not empty, of any kind. */
export function text(option: string): (value: string) => string {
  return (value) => {
    if (value !== "") return value;
    throw new Failure(`${given(option, value)}: it is empty.`, "", ExitCode.usage);
  };
}

/** Broker addresses, which stay as they are written. */
export function addresses(option: string): (value: string) => string {
  return (value) => {
    parseBootstrapServers(value, option);
    return value;
  };
}

/** A topic's name, as an argument. */
export function topicName(value: string): string {
  if (isTopicName(value)) return value;
  throw new Failure(`"${value}" is no topic name.`, `Write ${TOPIC_NAMES}.`, ExitCode.usage);
}

/** A name that may be anything but empty, as an argument; `what` it is the name of. */
export function nameOf(what: string): (value: string) => string {
  return (value) => {
    if (value !== "") return value;
    throw new Failure(`The ${what}'s name is empty.`, `Name a ${what}.`, ExitCode.usage);
  };
}

/** For what may be given several times: each is checked by itself. */
export function each(parse: (value: string) => string): (value: string, before?: readonly string[]) => string[] {
  return (value, before = []) => [...before, parse(value)];
}

/** `NAME=VALUE`, which stays as it is written. */
export function assignment(option: string): (value: string) => string {
  return (value) => {
    parseAssignment(value, option);
    return value;
  };
}

function startOfId(value: string): string {
  if (/^[A-Za-z0-9_-]{1,22}$/.test(value)) return value;
  throw new Failure(
    `${given("--cluster", value)}: neither a cluster's id nor the start of one.`,
    'Write 1 to 22 of letters, digits, "-" and "_".',
    ExitCode.usage,
  );
}

/** Option and value as they are told. */
function given(option: string, value: string): string {
  return value === "" ? `${option} ""` : `${option} ${value}`;
}
