/** Exit codes of the process, as the command line documents them. */
export const ExitCode = { done: 0, failure: 1, usage: 2, portTaken: 4 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Why a node does not start: for its operator, who can mend it. Each line is a sentence. */
export class StartFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.name = "StartFailure";
    this.exitCode = exitCode;
  }
}
