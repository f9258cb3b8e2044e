/**
 * What precedes the body of a response. ApiVersions answers with version 0 whatever its own version (KIP-511).
 *
 * - 0: the first
 * - 1: flexible
 */
import { int32, message, type Value } from "../schema.js";

export const ResponseHeader = message("ResponseHeader", "0-1", "1+", {
  correlationId: int32("0+"),
});
export type ResponseHeader = Value<typeof ResponseHeader>;
