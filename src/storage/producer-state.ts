export declare class ProducerState {
  readonly size: number;
}
