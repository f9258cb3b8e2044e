import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const describeAcls = handler({
  api: Apis.DescribeAcls,
  handle(request) {
    const errorMessage = "No Authorizer is configured on the broker";
    request.respond({ errorCode: ErrorCode.SECURITY_DISABLED, errorMessage });
  },
});
