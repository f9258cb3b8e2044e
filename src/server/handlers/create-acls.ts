import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const createAcls = handler({
  api: Apis.CreateAcls,
  handle(request) {
    const refused = { errorCode: ErrorCode.SECURITY_DISABLED, errorMessage: "No Authorizer is configured." };
    request.respond({ results: request.body.creations.map(() => refused) });
  },
});
