import { concatBytes, EMPTY_BYTES } from "../base/bytes.js";
import type { CallHandler, NoResponse } from "../client/peer-link.js";
import { errorResponse } from "../metadata/controller/responses.js";
import { type Api, Apis, type RequestOf, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorMessage } from "../protocol/errors.js";
import { decodeResponse, encodeRequest } from "../protocol/frames.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import type { Input } from "../protocol/schema.js";
import type { ControllerChannel } from "./controller-channel.js";
import { addressToBytes } from "./network-address.js";
import { encodePrincipal } from "./principal.js";
import type { Request } from "./request.js";
import type { ServerScope } from "./scope.js";
import type { ServerMetrics } from "./server-metrics.js";

/** As long as Kafka's brokers try. */
const FORWARD_TIMEOUT_MS = 60_000;
const LENGTH_BYTES = 4;
const UNKNOWN_ADDRESS = new Uint8Array(4);

/** Who waits for what the controller says to a request that was sent on; called once. */
export interface ForwardedCall<A extends Api = Api> {
  onForwarded(response: ResponseOf<A>): void;
  /** UNSUPPORTED_VERSION: the controller does not speak the version, the client has to learn what is spoken. */
  onNotForwarded(errorCode: number): void;
}

/** Sends a client's request on to the active controller, in an Envelope with who it comes from (KIP-590), and its answer back. */
export function forward<A extends Api>(request: Request<A>, scope: ServerScope): void {
  const answer = new ForwardedRequest(request as unknown as Request);
  const { api, version, body } = request as unknown as Request;
  forwardAs(request as unknown as Request, api, version, body as RequestOf<Api>, scope, answer);
}

/** The same with another body, or for another receiver. */
export function forwardAs<A extends Api>(
  request: Request,
  api: A,
  version: number,
  body: Input<A["request"]>,
  scope: ServerScope,
  call: ForwardedCall<A>,
): void {
  send(request, api, version, body, scope.channel, scope.front.metrics, call);
}

/** A request of this broker's own, on behalf of a client. */
export function forwardOnBehalf<A extends Api>(
  request: Request,
  api: A,
  body: Input<A["request"]>,
  channel: ControllerChannel,
  metrics: ServerMetrics,
  call: ForwardedCall<A>,
): void {
  send(request, api, api.maxVersion, body, channel, metrics, call);
}

/** Answers a request that was, or should have been, sent on with one error for all that it asks. */
export function respondError(request: Request, errorCode: number, message: string = errorMessage(errorCode)): void {
  const response = errorResponse(request.api.key, request.version, request.body, errorCode as ErrorCode, message);
  request.respond(response as Input<Api["response"]>);
}

function send<A extends Api>(
  request: Request,
  api: A,
  version: number,
  body: Input<A["request"]>,
  channel: ControllerChannel,
  metrics: ServerMetrics,
  call: ForwardedCall<A>,
): void {
  metrics.requestsForwarded++;
  const chunks = encodeRequest(api, version, request.correlationId, request.clientId, body);
  const envelope = {
    requestData: concatBytes(chunks).subarray(LENGTH_BYTES),
    requestPrincipal: encodePrincipal(request.principal),
    clientHostAddress: addressToBytes(request.clientHost) ?? UNKNOWN_ADDRESS,
  };
  const handler = new EnvelopeCall(api, version, call as unknown as ForwardedCall);
  channel.call(Apis.Envelope, envelope, handler, { timeoutMs: FORWARD_TIMEOUT_MS });
}

class EnvelopeCall implements CallHandler<typeof Apis.Envelope> {
  private readonly api: Api;
  private readonly version: number;
  private readonly call: ForwardedCall;

  constructor(api: Api, version: number, call: ForwardedCall) {
    this.api = api;
    this.version = version;
    this.call = call;
  }

  onResponse(envelope: ResponseOf<typeof Apis.Envelope>): void {
    if (envelope.errorCode !== ErrorCode.NONE) {
      // An error of the envelope itself is a fault between the brokers, which the client is not told of in detail.
      const isVersion = envelope.errorCode === ErrorCode.UNSUPPORTED_VERSION;
      this.call.onNotForwarded(isVersion ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.UNKNOWN_SERVER_ERROR);
      return;
    }
    let response: ResponseOf<Api>;
    try {
      response = decodeResponse(this.api, this.version, envelope.responseData ?? EMPTY_BYTES).body as ResponseOf<Api>;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.call.onNotForwarded(ErrorCode.UNKNOWN_SERVER_ERROR);
      return;
    }
    this.call.onForwarded(response);
  }

  onNoResponse(why: NoResponse): void {
    const isUnknown = why === "unsupported" || why === "malformed";
    this.call.onNotForwarded(isUnknown ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.REQUEST_TIMED_OUT);
  }
}

class ForwardedRequest implements ForwardedCall {
  private readonly request: Request;

  constructor(request: Request) {
    this.request = request;
  }

  onForwarded(response: ResponseOf<Api>): void {
    this.request.respond(response as Input<Api["response"]>);
  }

  onNotForwarded(errorCode: number): void {
    const { request } = this;
    if (errorCode === ErrorCode.UNSUPPORTED_VERSION) request.abort("the controller does not speak this version");
    else respondError(request, errorCode);
  }
}
