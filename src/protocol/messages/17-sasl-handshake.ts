/**
 * SaslHandshake (key 17): picks a SASL mechanism.
 *
 * - 0: the first
 * - 1: the tokens travel in SaslAuthenticate (KIP-152)
 */
import { array, int16, message, string, type Value } from "../schema.js";

export const SaslHandshakeRequest = message("SaslHandshakeRequest", "0-1", "none", {
  mechanism: string("0+"),
});
export type SaslHandshakeRequest = Value<typeof SaslHandshakeRequest>;

export const SaslHandshakeResponse = message("SaslHandshakeResponse", "0-1", "none", {
  errorCode: int16("0+"),
  mechanisms: array("0+").of("string"),
});
export type SaslHandshakeResponse = Value<typeof SaslHandshakeResponse>;
