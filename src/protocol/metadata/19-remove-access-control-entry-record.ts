/** Metadata record 19: an access control entry was removed. */
import { message, uuid, type Value } from "../schema.js";

export const RemoveAccessControlEntryRecord = message("RemoveAccessControlEntryRecord", "0", "0+", {
  id: uuid("0+"),
});
export type RemoveAccessControlEntryRecord = Value<typeof RemoveAccessControlEntryRecord>;
