/** What went in and out of one topic's partitions on this broker as their leader, since it started (Kafka: BrokerTopicMetrics). Plain fields: they are written on the hot path. */
export class TopicStats {
  readonly topic: string;
  recordsIn: number;
  bytesIn: number;
  /** To consumers. */
  bytesOut: number;
  /** Partitions that were appended to; of them those that were refused. */
  produceRequests: number;
  failedProduceRequests: number;
  /** Partitions that consumers fetched from; of them those that were refused. */
  fetchRequests: number;
  failedFetchRequests: number;

  constructor(topic: string) {
    this.topic = topic;
    this.recordsIn = 0;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.produceRequests = 0;
    this.failedProduceRequests = 0;
    this.fetchRequests = 0;
    this.failedFetchRequests = 0;
  }
}

/** Of all topics that this broker had a part of, deleted ones too: what a counter counted it does not forget. */
export class TopicStatsTable {
  private readonly byTopic: Map<string, TopicStats>;

  constructor() {
    this.byTopic = new Map();
  }

  of(topic: string): TopicStats {
    let stats = this.byTopic.get(topic);
    if (stats === undefined) {
      stats = new TopicStats(topic);
      this.byTopic.set(topic, stats);
    }
    return stats;
  }

  all(): Iterable<TopicStats> {
    return this.byTopic.values();
  }
}
