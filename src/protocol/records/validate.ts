/** One record of a refused batch and why. */
export interface RecordError {
  readonly batchIndex: number;
  readonly message: string | null;
}
