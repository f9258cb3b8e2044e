import { Apis } from "../../protocol/apis.js";
import { changeConfigs } from "../config-change.js";
import { handler } from "../handler.js";

export const alterConfigs = handler({ api: Apis.AlterConfigs, handle: changeConfigs });
