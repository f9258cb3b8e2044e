import type { Api } from "../protocol/apis.js";
import type { Input, Value } from "../protocol/schema.js";

/** A request of another node to raft: Vote, BeginQuorumEpoch, EndQuorumEpoch, Fetch of the metadata topic, FetchSnapshot, DescribeQuorum or a change of the voters. The server's `Request` is one. */
export interface RaftRequest<A extends Api = Api> {
  readonly api: A;
  readonly version: number;
  readonly body: Value<A["request"]>;
  readonly connection: { readonly listener: { readonly name: string } };
  /** Called once, in the turn of `handle` or in a later one. */
  respond(response: Input<A["response"]>): void;
}
