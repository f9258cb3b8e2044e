/**
 * SaslAuthenticate (key 36): one step of a SASL exchange.
 *
 * - 0: the first
 * - 1: response adds sessionLifetimeMs
 * - 2: flexible
 */
import { bytes, int16, int64, message, string, type Value } from "../schema.js";

export const SaslAuthenticateRequest = message("SaslAuthenticateRequest", "0-2", "2+", {
  authBytes: bytes("0+"),
});
export type SaslAuthenticateRequest = Value<typeof SaslAuthenticateRequest>;

export const SaslAuthenticateResponse = message("SaslAuthenticateResponse", "0-2", "2+", {
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  authBytes: bytes("0+"),
  sessionLifetimeMs: int64("1+", { ignorable: true }),
});
export type SaslAuthenticateResponse = Value<typeof SaslAuthenticateResponse>;
