import { deepEqual } from "../../base/deep-equal.js";
import type { MetadataImage } from "../../metadata/image.js";
import type { SimNode } from "../sim-node.js";
import type { ControllerProbe, ControllerStateProbe, LogProbe, ProducerProbe } from "./probes.js";
import { Violation } from "./violation.js";

/** An image is compared at each so manieth offset, and as a node's first ones after its start. */
const COMPARE_EVERY = 16;
const FIRST_IMAGES = 4;

interface Seen {
  readonly image: MetadataImage;
  readonly nodeId: number;
}

/**
 * Invariant 24: a state is what the log says, however it came about. One node has applied records as they came, another has replayed its
 * log or begun with a snapshot: where both stand at the same place their states must be the same.
 */
export class ReplayChecker {
  private readonly images: Map<number, Seen>;
  private readonly imagesSinceStart: Map<number, number>;
  /** Comparisons that were made, so that a batch can tell that there were any. */
  compared: number;

  constructor() {
    this.images = new Map();
    this.imagesSinceStart = new Map();
    this.compared = 0;
  }

  onStarting(node: SimNode): void {
    this.imagesSinceStart.set(node.id, 0);
  }

  onImage(node: SimNode, image: MetadataImage): void {
    const count = this.imagesSinceStart.get(node.id) ?? 0;
    this.imagesSinceStart.set(node.id, count + 1);
    const seen = this.images.get(image.offset);
    if (seen === undefined) {
      this.images.set(image.offset, { image, nodeId: node.id });
      return;
    }
    if (seen.nodeId === node.id && count >= FIRST_IMAGES) return;
    if (count >= FIRST_IMAGES && image.offset % COMPARE_EVERY !== 0) return;
    this.compared++;
    const part = differingPart(seen.image, image);
    if (part === null) return;
    throw new Violation(
      24,
      `at metadata offset ${image.offset} nodes ${seen.nodeId} and ${node.id} have different ${part}: one of them is not what the log says`,
    );
  }

  /**
   * What the active controller decides by, and the image that was made from the committed log: compared when nothing that the controller
   * appended is still to be committed. True when they were.
   */
  compareController(nodeId: number, controller: ControllerProbe, image: MetadataImage): boolean {
    const { state } = controller;
    if (state === null || controller.stateOffset !== image.offset) return false;
    const part = differingState(state, image);
    if (part === null) return true;
    throw new Violation(
      24,
      `the controller on node ${nodeId} has different ${part} than the image of the log up to its offset ${image.offset}`,
    );
  }

  /** The logs of one partition on several nodes. */
  compareProducers(name: string, logs: readonly { readonly nodeId: number; readonly log: LogProbe }[]): void {
    for (let i = 1; i < logs.length; i++) {
      const [a, b] = [logs[0], logs[i]];
      if (a.log.appendEndOffset !== b.log.appendEndOffset || a.log.latestEpoch !== b.log.latestEpoch) continue;
      if (a.log.damage !== null || b.log.damage !== null) continue;
      const start = Math.max(a.log.logStartOffset, b.log.logStartOffset);
      this.compared++;
      const left = describe(a.log, start);
      const right = describe(b.log, start);
      if (left === right) continue;
      throw new Violation(
        24,
        `${name} ends at ${a.log.appendEndOffset} on nodes ${a.nodeId} and ${b.nodeId}, whose producers differ: ${left} and ${right}`,
      );
    }
  }
}

/** Producers with records at or above `start`; what retention or DeleteRecords took may be known by one replica only. */
function describe(log: LogProbe, start: number): string {
  const known: ProducerProbe[] = [];
  for (const entry of log.producers.producers()) if (entry.lastOffset >= start) known.push(entry);
  known.sort((a, b) => a.producerId - b.producerId);
  return known.map((each) => `${each.producerId}/${each.epoch}: ${each.lastSequence} at ${each.lastOffset}`).join(", ");
}

function differingPart(a: MetadataImage, b: MetadataImage): string | null {
  // The level of kraft.version comes apart from the records.
  if (a.features.metadataVersion !== b.features.metadataVersion) return "metadata versions";
  if (!deepEqual(a.features.finalized, b.features.finalized)) return "features";
  if (!deepEqual(a.cluster, b.cluster)) return "brokers or controllers";
  if (!deepEqual(a.topics.byId, b.topics.byId)) return "topics";
  if (!deepEqual(a.configs.byResource, b.configs.byResource)) return "configs";
  if (!deepEqual(a.producerIds, b.producerIds)) return "producer id blocks";
  return null;
}

function differingState(state: ControllerStateProbe, image: MetadataImage): string | null {
  if (state.metadataVersion !== image.features.metadataVersion) return "metadata versions";
  if (!deepEqual(state.features, image.features.finalized)) return "features";
  if (!deepEqual(state.brokers, image.cluster.brokers)) return "brokers";
  if (!deepEqual(state.controllers, image.cluster.controllers)) return "controllers";
  if (!deepEqual(state.topics, image.topics.byId)) return "topics";
  if (!deepEqual(state.configs, image.configs.byResource)) return "configs";
  if (state.nextProducerId !== image.producerIds.nextProducerId) return "producer id blocks";
  return null;
}
