import { Option } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";

/** The options that say which cluster a command is for. */
export function clusterOptions(): Option[] {
  return [
    new Option("--bootstrap-server <host:port,…>", "brokers to ask (any Kafka cluster)"),
    new Option("--cluster <id>", "a cluster that `holdfast up` runs on this machine; the start of its id is enough"),
  ];
}

export interface ClusterChoice {
  readonly bootstrapServer?: string;
  readonly cluster?: string;
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

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
