import { Apis } from "../../protocol/apis.js";
import { decidedByController } from "../controller-decision.js";

export const assignReplicasToDirs = decidedByController(Apis.AssignReplicasToDirs);
