/** Metadata record 27: a controller registered. */
import { array, bool, int16, int32, message, string, uint16, uuid, type Value } from "../schema.js";

export const RegisterControllerRecord = message("RegisterControllerRecord", "0", "0+", {
  controllerId: int32("0+"),
  incarnationId: uuid("0+"),
  zkMigrationReady: bool("0+"),
  endPoints: array("0+").of({
    name: string("0+"),
    host: string("0+"),
    port: uint16("0+"),
    securityProtocol: int16("0+"),
  }),
  features: array("0+").of({
    name: string("0+"),
    minSupportedVersion: int16("0+"),
    maxSupportedVersion: int16("0+"),
  }),
});
export type RegisterControllerRecord = Value<typeof RegisterControllerRecord>;
