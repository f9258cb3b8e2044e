import type { MetadataImage } from "../metadata/image.js";
import type { Partition } from "./partition.js";
import { ReplicaFetcher } from "./replica-fetcher.js";
import type { ReplicaManager } from "./replica-manager.js";

/** Which fetcher follows which partition: one fetcher for each leader. */
export class ReplicaFetchers {
  private readonly manager: ReplicaManager;
  private readonly fetchers: Map<number, ReplicaFetcher>;
  /** They have a leader whose address is not known. */
  private readonly unplaced: Set<Partition>;

  constructor(manager: ReplicaManager) {
    this.manager = manager;
    this.fetchers = new Map();
    this.unplaced = new Set();
  }

  /** After the partition changed: it is followed, anew where its leader epoch moved, or not any more. */
  place(partition: Partition): void {
    const { followed, leaderId } = partition;
    this.unplaced.delete(partition);
    const follows = !partition.isRemoved && !partition.isLeader && partition.isUsable;
    if (!follows || leaderId < 0 || leaderId === this.manager.nodeId) {
      followed?.fetcher.unfollow(followed);
      return;
    }
    if (followed !== null) {
      if (followed.fetcher.brokerId === leaderId && this.fetchers.get(leaderId) === followed.fetcher) {
        if (followed.sentLeaderEpoch === partition.leaderEpoch) return;
      }
      followed.fetcher.unfollow(followed);
    }
    const fetcher = this.fetcherOf(leaderId);
    if (fetcher === null) this.unplaced.add(partition);
    else fetcher.follow(partition);
  }

  /** Registrations changed: a leader that restarted, or has another address, is followed over a new connection. */
  onBrokersChanged(ids: ReadonlySet<number>, image: MetadataImage): void {
    for (const id of ids) {
      const fetcher = this.fetchers.get(id);
      if (fetcher === undefined) continue;
      const broker = image.cluster.brokers.get(id);
      const endpoint = broker?.listeners.get(this.manager.interBrokerListener);
      const isSame =
        broker?.epoch === fetcher.leaderBrokerEpoch &&
        endpoint?.host === fetcher.link.host &&
        endpoint.port === fetcher.link.port;
      if (isSame) continue;
      const partitions = fetcher.followedPartitions();
      fetcher.close();
      this.fetchers.delete(id);
      for (const partition of partitions) this.place(partition);
    }
    for (const partition of [...this.unplaced]) if (ids.has(partition.leaderId)) this.place(partition);
  }

  private fetcherOf(id: number): ReplicaFetcher | null {
    let fetcher = this.fetchers.get(id);
    if (fetcher !== undefined) return fetcher;
    const broker = this.manager.image.cluster.brokers.get(id);
    const endpoint = broker?.listeners.get(this.manager.interBrokerListener);
    if (broker === undefined || endpoint === undefined) return null;
    fetcher = new ReplicaFetcher(this.manager, id, endpoint.host, endpoint.port, broker.epoch);
    this.fetchers.set(id, fetcher);
    return fetcher;
  }

  /** Those that nothing is left to follow of are closed. */
  closeIdle(): void {
    for (const [id, fetcher] of this.fetchers) {
      if (!fetcher.isEmpty) continue;
      fetcher.close();
      this.fetchers.delete(id);
    }
  }

  stop(): void {
    for (const fetcher of this.fetchers.values()) fetcher.close();
    this.fetchers.clear();
    this.unplaced.clear();
  }
}
