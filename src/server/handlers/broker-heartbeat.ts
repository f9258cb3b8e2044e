import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { BrokerHeartbeatResponse } from "../../protocol/messages/63-broker-heartbeat.js";
import { handler } from "../handler.js";

/** How long a heartbeat that changes something waits for its commit. */
const TIMEOUT_MS = 30000;

export const brokerHeartbeat = handler({
  api: Apis.BrokerHeartbeat,
  listeners: ["controller"],
  handle(request, scope) {
    const { controller, failures } = scope;
    if (controller === null || failures === null) {
      request.respond({ errorCode: ErrorCode.NOT_CONTROLLER });
      return;
    }
    const { principal, clientHost, connection, body } = request;
    const context = { principal, clientHost, listener: connection.listener.name, timeoutMs: TIMEOUT_MS };
    controller.handle(Apis.BrokerHeartbeat.key, request.version, body, context, (answer) => {
      const response = answer as Partial<BrokerHeartbeatResponse>;
      if (response.errorCode === ErrorCode.NONE) {
        failures.onHeartbeat(body.brokerId, connection, response.shouldShutDown === true);
      }
      request.respond(response);
    });
  },
});
