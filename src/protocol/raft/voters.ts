/** The control record with the set of voters (KIP-853). */
import { array, int16, int32, message, string, struct, uint16, uuid, type Value } from "../schema.js";

export const VotersRecord = message("VotersRecord", "0", "0+", {
  version: int16("0+"),
  voters: array("0+").of({
    voterId: int32("0+"),
    voterDirectoryId: uuid("0+"),
    endpoints: array("0+").of({
      name: string("0+"),
      host: string("0+"),
      port: uint16("0+"),
    }),
    kRaftVersionFeature: struct("0+").of({
      minSupportedVersion: int16("0+"),
      maxSupportedVersion: int16("0+"),
    }),
  }),
});
export type VotersRecord = Value<typeof VotersRecord>;
