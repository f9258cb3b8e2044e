import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";
import type { ProducerIdReceiver } from "../producer-id-pool.js";
import type { Request } from "../request.js";

type InitProducerIdApi = typeof Apis.InitProducerId;

const NO_PRODUCER_ID = -1;
const NO_PRODUCER_EPOCH = -1;

/** Gives an idempotent producer an id of its own. */
export const initProducerId = handler({
  api: Apis.InitProducerId,
  handle(request, scope) {
    const { transactionalId, producerId, producerEpoch } = request.body;
    if ((producerId === NO_PRODUCER_ID) !== (producerEpoch === NO_PRODUCER_EPOCH) || transactionalId === "") {
      refuse(request, ErrorCode.INVALID_REQUEST);
    } else if (transactionalId !== null) {
      // No coordinator of transactions is found either: nobody should come here.
      refuse(request, ErrorCode.UNSUPPORTED_VERSION);
    } else {
      scope.front.producerIds.take(new Waiting(request));
    }
  },
});

function refuse(request: Request<InitProducerIdApi>, errorCode: number): void {
  request.respond({ errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH });
}

class Waiting implements ProducerIdReceiver {
  private readonly request: Request<InitProducerIdApi>;

  constructor(request: Request<InitProducerIdApi>) {
    this.request = request;
  }

  onProducerId(producerId: number): void {
    this.request.respond({ producerId, producerEpoch: 0 });
  }

  /** As Kafka says while it has no block: the client tries again. */
  onNoProducerId(): void {
    refuse(this.request, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  }
}
