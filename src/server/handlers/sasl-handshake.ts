import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

/** Here only where nothing is left to negotiate: the listener has no SASL, or the client has authenticated already. */
export const saslHandshake = handler({
  api: Apis.SaslHandshake,
  handle(request) {
    request.respond({ errorCode: ErrorCode.ILLEGAL_SASL_STATE });
  },
});
