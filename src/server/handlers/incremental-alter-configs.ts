import { Apis } from "../../protocol/apis.js";
import { decidedByController } from "../controller-decision.js";

export const incrementalAlterConfigs = decidedByController(Apis.IncrementalAlterConfigs);
