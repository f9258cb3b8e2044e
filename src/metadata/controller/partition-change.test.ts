import assert from "node:assert/strict";
import { test } from "node:test";
import { DIRECTORY_UNASSIGNED, type Uuid } from "../../base/uuid.js";
import { registration, testUuid } from "../controller.test.support.js";
import { ELR_VERSION } from "../feature-levels.js";
import { emptyImage, type LeaderRecoveryState, type PartitionImage } from "../image.js";
import { changePartition, type Election } from "./partition-change.js";
import { KAFKA_PARTITION_CHANGES } from "./partition-change.vectors.test.support.js";
import { ControllerState } from "./state.js";

type Ids = number[];
type Vector = [
  [Ids, Ids, Ids, Ids, Ids, Ids, Ids, number, LeaderRecoveryState],
  [number, number, number, Ids],
  [Election, Ids | null, Ids, Ids | null, Ids | null, Ids | null, LeaderRecoveryState | null, number | null],
  [number, Ids | null, number, Ids | null, Ids | null, Ids | null, number, Ids | null, Ids | null, Ids | null] | null,
];

const CHOSEN = testUuid("chosen", 1);

function directory(n: number): Uuid {
  if (n < 0) return CHOSEN;
  return n === 0 ? DIRECTORY_UNASSIGNED : testUuid("directory", n);
}

function stateWith(metadataVersion: number, elr: boolean): ControllerState {
  const state = new ControllerState(emptyImage());
  state.metadataVersion = metadataVersion;
  if (elr) state.features.set(ELR_VERSION, 1);
  for (const id of [1, 2, 3, 4, 5, 6]) {
    const { incarnationId, logDirs } = registration(id);
    state.replay(
      {
        kind: "RegisterBrokerRecord",
        version: 4,
        value: {
          brokerId: id,
          isMigratingZkBroker: false,
          incarnationId,
          brokerEpoch: id,
          endPoints: [],
          features: [],
          rack: null,
          fenced: false,
          inControlledShutdown: false,
          logDirs,
          cordonedLogDirs: null,
        },
      },
      id,
    );
  }
  return state;
}

test("a partition changes as Apache Kafka changes it", () => {
  const lines = KAFKA_PARTITION_CHANGES.trim().split("\n");
  assert.ok(lines.length > 100);
  for (const line of lines) {
    const [before, [metadataVersion, elr, minIsr, able], wanted, expected] = JSON.parse(line) as Vector;
    const partition: PartitionImage = {
      index: 0,
      replicas: before[0],
      directories: before[1].map(directory),
      isr: before[2],
      elr: before[3],
      lastKnownElr: before[4],
      addingReplicas: before[5],
      removingReplicas: before[6],
      leader: before[7],
      leaderRecoveryState: before[8],
      leaderEpoch: 5,
      partitionEpoch: 9,
    };
    const [election, isr, uncleanShutdown, replicas, adding, removing, leaderRecoveryState, chooser] = wanted;
    const record = changePartition(
      stateWith(metadataVersion, elr === 1),
      testUuid("topic", 1),
      partition,
      minIsr,
      (id) => able.includes(id),
      {
        election,
        uncleanShutdown,
        isr: isr ?? undefined,
        replicas: replicas ?? undefined,
        adding: adding ?? undefined,
        removing: removing ?? undefined,
        leaderRecoveryState: leaderRecoveryState ?? undefined,
        directory: chooser === null ? undefined : { brokerId: chooser, id: CHOSEN },
      },
    );
    if (record === null || record.kind !== "PartitionChangeRecord") {
      assert.equal(expected, null, line);
      continue;
    }
    const value = record.value;
    assert.deepEqual(
      [
        record.version,
        value.isr,
        value.leader,
        value.replicas,
        value.removingReplicas,
        value.addingReplicas,
        value.leaderRecoveryState,
        value.directories,
        value.eligibleLeaderReplicas,
        value.lastKnownElr,
      ],
      expected?.map((field, i) => (i === 7 ? ((field as Ids | null)?.map(directory) ?? null) : field)),
      line,
    );
  }
});
