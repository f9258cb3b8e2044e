/** Metadata record 21: how far a migration from ZooKeeper got; only the past has others than "none". */
import { int8, message, type Value } from "../schema.js";

export const ZkMigrationStateRecord = message("ZkMigrationStateRecord", "0", "0+", {
  zkMigrationState: int8("0+"),
});
export type ZkMigrationStateRecord = Value<typeof ZkMigrationStateRecord>;
