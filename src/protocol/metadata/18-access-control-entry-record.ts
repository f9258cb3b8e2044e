/** Metadata record 18: an access control entry was added. */
import { int8, message, string, uuid, type Value } from "../schema.js";

export const AccessControlEntryRecord = message("AccessControlEntryRecord", "0", "0+", {
  id: uuid("0+"),
  resourceType: int8("0+"),
  resourceName: string("0+"),
  patternType: int8("0+"),
  principal: string("0+"),
  host: string("0+"),
  operation: int8("0+"),
  permissionType: int8("0+"),
});
export type AccessControlEntryRecord = Value<typeof AccessControlEntryRecord>;
