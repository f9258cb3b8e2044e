/** Kafka's name for whoever did not say who it is. */
export const ANONYMOUS = "User:ANONYMOUS";

/** Who the other side of a connection is, and what it may send before that is known. One for each connection. */
export interface Authentication {
  /** `User:name`; that of nobody until `isComplete`. */
  readonly principal: string;
  readonly isComplete: boolean;
  /** While it is not complete only a few APIs are allowed. */
  allows(apiKey: number): boolean;
}

/** Of listeners without authentication: everybody is anonymous, at once. */
export class NoAuthentication implements Authentication {
  readonly principal: string;
  readonly isComplete: boolean;

  constructor() {
    this.principal = ANONYMOUS;
    this.isComplete = true;
  }

  allows(_apiKey: number): boolean {
    return true;
  }
}
