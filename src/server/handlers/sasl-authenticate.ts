import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const saslAuthenticate = handler({
  api: Apis.SaslAuthenticate,
  handle(request) {
    const errorMessage = "SaslAuthenticate request received after successful authentication";
    request.respond({ errorCode: ErrorCode.ILLEGAL_SASL_STATE, errorMessage });
  },
});
