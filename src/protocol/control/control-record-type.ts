/** The key of a control record, after its int16 version. */
import { int16, message, type Value } from "../schema.js";

export const ControlRecordTypeSchema = message("ControlRecordTypeSchema", "0", "none", {
  type: int16("0+"),
});
export type ControlRecordTypeSchema = Value<typeof ControlRecordTypeSchema>;
