/** ControllerRegistration (key 70): a controller registers its endpoints and features with the active one. */
import { array, bool, int16, int32, message, string, uint16, uuid, type Value } from "../schema.js";

export const ControllerRegistrationRequest = message("ControllerRegistrationRequest", "0", "0+", {
  controllerId: int32("0+"),
  incarnationId: uuid("0+"),
  zkMigrationReady: bool("0+"),
  listeners: array("0+").of({
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
export type ControllerRegistrationRequest = Value<typeof ControllerRegistrationRequest>;

export const ControllerRegistrationResponse = message("ControllerRegistrationResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
});
export type ControllerRegistrationResponse = Value<typeof ControllerRegistrationResponse>;
