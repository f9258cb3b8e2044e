/** Exit codes of every command. */
export const ExitCode = { done: 0, failure: 1, usage: 2, notReady: 3, portTaken: 4 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * What a person is told when something does not work: one sentence that says what happened, naming the thing and the value, and
 * one that says what to do. Anything else that is thrown is a fault of this program and keeps its stack.
 */
export class Failure extends Error {
  readonly advice: string;
  readonly exitCode: ExitCode;

  constructor(message: string, advice = "", exitCode: ExitCode = ExitCode.failure) {
    super(message);
    this.name = "Failure";
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
