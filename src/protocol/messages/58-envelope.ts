/** Envelope (key 58): a broker forwards a client's request to the controller. */
import { bytes, int16, message, type Value } from "../schema.js";

export const EnvelopeRequest = message("EnvelopeRequest", "0", "0+", {
  requestData: bytes("0+"),
  requestPrincipal: bytes("0+", { nullable: "0+" }),
  clientHostAddress: bytes("0+"),
});
export type EnvelopeRequest = Value<typeof EnvelopeRequest>;

export const EnvelopeResponse = message("EnvelopeResponse", "0", "0+", {
  responseData: bytes("0+", { nullable: "0+", default: null }),
  errorCode: int16("0+"),
});
export type EnvelopeResponse = Value<typeof EnvelopeResponse>;
