import type { MetadataDelta } from "../metadata/delta.js";
import { type MetadataImage, RECOVERING } from "../metadata/image.js";
import type { MetadataPublisher } from "../metadata/loader.js";

/** Counts unclean elections that were committed while this node was the active controller. */
export class ElectionCounter implements MetadataPublisher {
  uncleanElections: number;
  private readonly raft: { readonly isLeader: boolean };

  constructor(raft: { readonly isLeader: boolean }) {
    this.raft = raft;
    this.uncleanElections = 0;
  }

  onMetadata(delta: MetadataDelta, _image: MetadataImage): void {
    if (!this.raft.isLeader) return;
    for (const { topicId, changedPartitions } of delta.topics.changed.values()) {
      const before = delta.image.topics.byId.get(topicId);
      for (const after of changedPartitions.values()) {
        // A leader that may lack records begins by recovering.
        const epoch = before?.partitions[after.index]?.leaderEpoch ?? -1;
        if (after.leaderRecoveryState === RECOVERING && after.leaderEpoch !== epoch) this.uncleanElections++;
      }
    }
  }
}
