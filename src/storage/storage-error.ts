/** Why log directories cannot be used; the message says what happened and what to do. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly path: string;
  constructor(code: StorageErrorCode, path: string, message: string) {
    super(message);
    this.name = "StorageError";
    this.code = code;
    this.path = path;
  }
}

export type StorageErrorCode =
  | "NOT_FORMATTED"
  | "ALREADY_FORMATTED"
  | "FOREIGN_CLUSTER"
  | "FOREIGN_NODE"
  | "LATER_RELEASE"
  | "IN_USE"
  | "DAMAGED"
  | "DUPLICATE_DIRECTORY"
  | "UNUSABLE";
