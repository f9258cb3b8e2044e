import assert from "node:assert/strict";

export interface Acknowledged {
  readonly partition: number;
  readonly offset: number;
  readonly sequence: number;
}

export interface Read {
  readonly partition: number;
  readonly offset: number;
  readonly sequence: number;
}

/**
 * What was sent as sequences 0, 1, 2 … to partition `sequence % partitions` was all acknowledged, and reading gives each exactly
 * once, at the offset that its acknowledgement named, in the order of sending.
 */
export function assertExactlyOnceInOrder(
  acknowledged: readonly Acknowledged[],
  read: readonly Read[],
  count: number,
  partitions: number,
): void {
  assert.equal(acknowledged.length, count, "every record was acknowledged");
  const offsets = new Map(acknowledged.map((each) => [each.sequence, each]));
  assert.equal(offsets.size, count, "each record was acknowledged once");
  const seen = new Set<number>();
  const lastSequence: number[] = new Array(partitions).fill(-1);
  const lastOffset: number[] = new Array(partitions).fill(-1);
  for (const { partition, offset, sequence } of read) {
    assert.ok(!seen.has(sequence), `record ${sequence} was read twice`);
    seen.add(sequence);
    assert.equal(partition, sequence % partitions, `record ${sequence} is in its partition`);
    assert.ok(
      sequence > lastSequence[partition],
      `record ${sequence} came after ${lastSequence[partition]} in partition ${partition}`,
    );
    assert.ok(
      offset > lastOffset[partition],
      `offset ${offset} came after ${lastOffset[partition]} in partition ${partition}`,
    );
    assert.equal(offset, offsets.get(sequence)?.offset, `record ${sequence} is at the offset that was acknowledged`);
    lastSequence[partition] = sequence;
    lastOffset[partition] = offset;
  }
  assert.equal(seen.size, count, `lost: ${missing(seen, count)}`);
}

function missing(seen: ReadonlySet<number>, count: number): string {
  const lost: number[] = [];
  for (let sequence = 0; sequence < count && lost.length < 20; sequence++) if (!seen.has(sequence)) lost.push(sequence);
  return lost.join(", ");
}
