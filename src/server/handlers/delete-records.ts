import { Apis } from "../../protocol/apis.js";
import type { DeleteRecordsResponse } from "../../protocol/messages/21-delete-records.js";
import type { Input } from "../../protocol/schema.js";
import { DeleteRecordsOperation } from "../../replication/delete-records.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";
import type { Request } from "../request.js";

type TopicResponse = NonNullable<Input<typeof DeleteRecordsResponse>["topics"]>[number];

/** DeleteRecords (key 21): hides what is below an offset, on all replicas whose brokers live. */
export const deleteRecords = handler({
  api: Apis.DeleteRecords,
  handle(request, scope) {
    (scope.replicas as ReplicaManager).deleteRecords(new RecordDeletion(request));
  },
});

class RecordDeletion extends DeleteRecordsOperation {
  private readonly request: Request<typeof Apis.DeleteRecords>;

  constructor(request: Request<typeof Apis.DeleteRecords>) {
    super(request.body.timeoutMs);
    this.request = request;
    for (const { name, partitions } of request.body.topics) {
      for (const { partitionIndex, offset } of partitions) this.add(name, partitionIndex, offset);
    }
  }

  override onDeleted(): void {
    const topics: TopicResponse[] = [];
    let at = 0;
    for (const { name, partitions } of this.request.body.topics) {
      topics.push({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          const { lowWatermark, error } = this.parts[at++];
          return { partitionIndex, lowWatermark, errorCode: error };
        }),
      });
    }
    this.request.respond({ topics });
  }
}
