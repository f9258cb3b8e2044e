import { coordinatorRecord } from "./coordinator-record.js";
import { ShareSnapshotKey, ShareSnapshotValue } from "./share-records/00-share-snapshot.js";
import { ShareUpdateKey, ShareUpdateValue } from "./share-records/01-share-update.js";

/** The records of `__share_group_state`. */
export const ShareRecords = {
  ShareSnapshot: coordinatorRecord(0, "ShareSnapshot", ShareSnapshotKey, ShareSnapshotValue),
  ShareUpdate: coordinatorRecord(1, "ShareUpdate", ShareUpdateKey, ShareUpdateValue),
} as const;
