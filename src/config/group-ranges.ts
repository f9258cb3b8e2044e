/** Within what a broker lets a group's config be. */
export interface GroupRange {
  readonly name: string;
  /** The broker's own value for groups that set none. */
  readonly synonym: string;
  /** Names of the broker's configs that bound it; null: there is none. */
  readonly min: string | null;
  readonly max: string | null;
  /** Taken into bounds only where the group itself sets it (as Kafka does). */
  readonly onlyIfSet: boolean;
}

export const groupRanges: readonly GroupRange[] = [
  ...["consumer", "share", "streams"].flatMap((kind) => [
    range(kind, "session.timeout.ms"),
    range(kind, "heartbeat.interval.ms"),
    { ...range(kind, "assignment.interval.ms"), onlyIfSet: true },
  ]),
  range("share", "record.lock.duration.ms"),
  range("share", "delivery.count.limit"),
  range("share", "partition.max.record.locks"),
  {
    name: "streams.num.standby.replicas",
    synonym: "group.streams.num.standby.replicas",
    min: null,
    max: "group.streams.max.standby.replicas",
    onlyIfSet: false,
  },
];

function range(kind: string, name: string): GroupRange {
  return {
    name: `${kind}.${name}`,
    synonym: `group.${kind}.${name}`,
    min: `group.${kind}.min.${name}`,
    max: `group.${kind}.max.${name}`,
    onlyIfSet: false,
  };
}
