/** The control record that sets kraft.version (KIP-853). */
import { int16, message, type Value } from "../schema.js";

export const KRaftVersionRecord = message("KRaftVersionRecord", "0", "0+", {
  version: int16("0+"),
  kRaftVersion: int16("0+"),
});
export type KRaftVersionRecord = Value<typeof KRaftVersionRecord>;
