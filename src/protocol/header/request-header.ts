/**
 * What precedes the body of a request. The client id keeps its int16 length also in the flexible version 2.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 */
import { int16, int32, message, string, type Value } from "../schema.js";

export const RequestHeader = message("RequestHeader", "1-2", "2+", {
  requestApiKey: int16("0+"),
  requestApiVersion: int16("0+"),
  correlationId: int32("0+"),
  clientId: string("1+", { nullable: "1+", flexible: "none" }),
});
export type RequestHeader = Value<typeof RequestHeader>;
