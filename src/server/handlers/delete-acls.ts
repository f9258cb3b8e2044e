import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const deleteAcls = handler({
  api: Apis.DeleteAcls,
  handle(request) {
    const refused = { errorCode: ErrorCode.SECURITY_DISABLED, errorMessage: "No Authorizer is configured." };
    request.respond({ filterResults: request.body.filters.map(() => refused) });
  },
});
