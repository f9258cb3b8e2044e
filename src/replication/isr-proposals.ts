import type { CallHandler } from "../client/peer-link.js";
import type { LeaderRecoveryState } from "../metadata/image.js";
import type { Timer, TimerTask, TurnTask } from "../ports/index.js";
import { Apis, type RequestOf, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { IsrProposal } from "./isr-proposal.js";
import type { ReplicaManager } from "./replica-manager.js";

type AlterPartition = typeof Apis.AlterPartition;
type PartitionResult = ResponseOf<AlterPartition>["topics"][number]["partitions"][number];

const RETRY_MS = 50;

/**
 * Asks the controller for changes of ISRs (AlterPartition, KIP-497), all that wait in one request, one request at a time (Kafka:
 * AlterPartitionManager).
 */
export class IsrProposals implements TurnTask, TimerTask, CallHandler<AlterPartition> {
  private readonly manager: ReplicaManager;
  private waiting: IsrProposal[];
  private underWay: IsrProposal[];
  private isScheduled: boolean;
  private timer: Timer | null;
  private isStopped: boolean;

  constructor(manager: ReplicaManager) {
    this.manager = manager;
    this.waiting = [];
    this.underWay = [];
    this.isScheduled = false;
    this.timer = null;
    this.isStopped = false;
  }

  add(proposal: IsrProposal): void {
    this.waiting.push(proposal);
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.timer = null;
  }

  private schedule(): void {
    if (this.isScheduled || this.isStopped || this.timer !== null) return;
    if (this.underWay.length > 0 || this.waiting.length === 0) return;
    this.isScheduled = true;
    this.manager.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isScheduled = false;
    if (this.isStopped || this.underWay.length > 0) return;
    // Those that became void meanwhile need not be asked for.
    this.underWay = this.waiting.filter((proposal) => proposal.isCurrent);
    this.waiting = [];
    if (this.underWay.length > 0) this.manager.options.controller.call(Apis.AlterPartition, this.request(), this);
  }

  onTimer(): void {
    this.timer = null;
    this.schedule();
  }

  private request(): RequestOf<AlterPartition> {
    const { manager } = this;
    const { brokers } = manager.image.cluster;
    const byTopic = new Map<
      string,
      NonNullable<NonNullable<RequestOf<AlterPartition>["topics"]>[number]["partitions"]>[number][]
    >();
    for (const proposal of this.underWay) {
      const { partition } = proposal;
      let partitions = byTopic.get(partition.topicId);
      if (partitions === undefined) {
        partitions = [];
        byTopic.set(partition.topicId, partitions);
      }
      partitions.push({
        partitionIndex: partition.index,
        leaderEpoch: proposal.leaderEpoch,
        // The epoch with which it fetched: a broker that restarted since must catch up anew before it may join.
        newIsrWithEpochs: proposal.isr.map((brokerId) => ({
          brokerId,
          brokerEpoch:
            brokerId === manager.nodeId
              ? manager.options.controller.brokerEpoch
              : fetchedEpoch(partition.replica(brokerId)?.brokerEpoch, brokers.get(brokerId)?.epoch),
        })),
        leaderRecoveryState: proposal.leaderRecoveryState,
        partitionEpoch: proposal.partitionEpoch,
      });
    }
    return {
      brokerId: manager.nodeId,
      brokerEpoch: manager.options.controller.brokerEpoch,
      topics: [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions })),
    };
  }

  onNoResponse(): void {
    this.retry();
  }

  onResponse(response: ResponseOf<AlterPartition>): void {
    if (this.isStopped) return;
    if (response.errorCode !== ErrorCode.NONE) {
      this.manager.ports.logger.info("The controller did not take changes of ISRs; they are asked for again.", {
        error: response.errorCode,
      });
      this.retry();
      return;
    }
    const asked = this.underWay;
    this.underWay = [];
    const results = new Map<string, PartitionResult>();
    for (const topic of response.topics) {
      for (const result of topic.partitions) results.set(`${topic.topicId}-${result.partitionIndex}`, result);
    }
    let failed = false;
    for (const proposal of asked) {
      if (!proposal.isCurrent) continue;
      const result = results.get(`${proposal.partition.topicId}-${proposal.partition.index}`);
      if (result === undefined || isTransient(result.errorCode)) {
        this.waiting.push(proposal);
        failed = true;
      } else {
        this.settle(proposal, result);
      }
    }
    if (failed) this.wait();
    else this.schedule();
  }

  private settle(proposal: IsrProposal, result: PartitionResult): void {
    const { partition } = proposal;
    switch (result.errorCode) {
      case ErrorCode.NONE:
        if (result.leaderEpoch !== partition.leaderEpoch || result.partitionEpoch < partition.partitionEpoch) return;
        partition.partitionEpoch = result.partitionEpoch;
        partition.setIsr(result.isr, result.leaderRecoveryState as LeaderRecoveryState);
        partition.advanceHighWatermark();
        break;
      case ErrorCode.INELIGIBLE_REPLICA:
      case ErrorCode.OPERATION_NOT_ATTEMPTED:
        // Nothing changed: it is asked for anew when the follower fetches again.
        partition.dropProposal();
        partition.advanceHighWatermark();
        break;
      default:
        // Something is known there that has not come here yet. Until it comes, the larger of the two ISRs holds.
        this.manager.ports.logger.info("The controller refused a change of an ISR.", {
          topic: partition.topic,
          partition: partition.index,
          error: result.errorCode,
        });
    }
  }

  private retry(): void {
    this.waiting = this.underWay.concat(this.waiting);
    this.underWay = [];
    if (!this.isStopped) this.wait();
  }

  private wait(): void {
    this.timer ??= this.manager.ports.timers.schedule(RETRY_MS, this);
  }
}

function fetchedEpoch(fetched: number | undefined, registered: number | undefined): number {
  return fetched !== undefined && fetched >= 0 ? fetched : (registered ?? -1);
}

function isTransient(error: number): boolean {
  switch (error) {
    case ErrorCode.NOT_CONTROLLER:
    case ErrorCode.REQUEST_TIMED_OUT:
    case ErrorCode.NETWORK_EXCEPTION:
    case ErrorCode.UNKNOWN_SERVER_ERROR:
    case ErrorCode.BROKER_NOT_AVAILABLE:
      return true;
    default:
      return false;
  }
}
