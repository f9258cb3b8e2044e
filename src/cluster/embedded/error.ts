import { ExitCode, Failure, messageOf } from "../failure.js";

/**
 * - `INVALID_OPTION`: an option of `start` is wrong; the message names it, the value, and what is allowed
 * - `INVALID_ARGUMENT`: so for an argument of another method
 * - `UNKNOWN_BROKER`: there is no broker of that id
 * - `BROKER_DOWN`: what was asked needs a broker that runs
 * - `UNSUPPORTED`: the engine or the mode cannot do that
 * - `PORT_TAKEN`: a port that was asked for is in use
 * - `NOT_READY`: the cluster, a broker or a topic was not ready in time
 * - `TIMEOUT`: what was waited for did not happen in time
 * - `STOPPED`: the cluster was stopped
 * - `FAILED`: anything else that a person can act on; the message says how
 */
export type HoldfastErrorCode =
  | "INVALID_OPTION"
  | "INVALID_ARGUMENT"
  | "UNKNOWN_BROKER"
  | "BROKER_DOWN"
  | "UNSUPPORTED"
  | "PORT_TAKEN"
  | "NOT_READY"
  | "TIMEOUT"
  | "STOPPED"
  | "FAILED";

/** Every error that Holdfast throws on purpose. Messages may change, codes do not. */
export class HoldfastError extends Error {
  readonly code: HoldfastErrorCode;

  constructor(code: HoldfastErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "HoldfastError";
    this.code = code;
  }
}

const CODES: Readonly<Record<ExitCode, HoldfastErrorCode>> = {
  [ExitCode.done]: "FAILED",
  [ExitCode.failure]: "FAILED",
  [ExitCode.usage]: "INVALID_OPTION",
  [ExitCode.notReady]: "NOT_READY",
  [ExitCode.portTaken]: "PORT_TAKEN",
};

/** A failure of the rooms below, as this API's error; a bug stays what it is. `usage`: the code of wrong usage. */
export function asHoldfastError(error: unknown, usage: HoldfastErrorCode = "INVALID_OPTION"): unknown {
  if (!(error instanceof Failure)) return error;
  const code = error.exitCode === ExitCode.usage ? usage : CODES[error.exitCode];
  return new HoldfastError(code, [error.message, error.advice].filter((text) => text !== "").join(" "));
}

/** What `work` gives, or its failure as this API's error. */
export async function translated<T>(work: () => Promise<T>, usage?: HoldfastErrorCode): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asHoldfastError(error, usage);
  }
}

/** A value as a sentence shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  try {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  } catch (error) {
    return `something that JSON cannot show (${messageOf(error)})`;
  }
}
