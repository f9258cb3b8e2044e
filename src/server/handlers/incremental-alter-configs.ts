import { Apis } from "../../protocol/apis.js";
import { changeConfigs } from "../config-change.js";
import { handler } from "../handler.js";

export const incrementalAlterConfigs = handler({ api: Apis.IncrementalAlterConfigs, handle: changeConfigs });
