import { concatBytes, EMPTY_BYTES } from "../../base/bytes.js";
import { type Api, Apis, apiByKey } from "../../protocol/apis.js";
import { decode } from "../../protocol/codec.js";
import { ErrorCode } from "../../protocol/errors.js";
import { type DecodedRequestHeader, decodeRequestHeader, encodeResponse } from "../../protocol/frames.js";
import { ProtocolError } from "../../protocol/protocol-error.js";
import type { Input, Value } from "../../protocol/schema.js";
import { type Handler, handler } from "../handler.js";
import { addressFromBytes } from "../network-address.js";
import { decodePrincipal } from "../principal.js";
import { Request, type Responder } from "../request.js";
import type { ServerScope } from "../scope.js";

type EnvelopeApi = typeof Apis.Envelope;

/** Requests that a broker may send on for a client (Kafka: ApiKeys.forwardable). */
const FORWARDABLE: ReadonlySet<number> = new Set(
  [
    Apis.CreateTopics,
    Apis.DeleteTopics,
    Apis.CreateAcls,
    Apis.DeleteAcls,
    Apis.AlterConfigs,
    Apis.CreatePartitions,
    Apis.CreateDelegationToken,
    Apis.RenewDelegationToken,
    Apis.ExpireDelegationToken,
    Apis.ElectLeaders,
    Apis.IncrementalAlterConfigs,
    Apis.AlterPartitionReassignments,
    Apis.ListPartitionReassignments,
    Apis.AlterClientQuotas,
    Apis.AlterUserScramCredentials,
    Apis.DescribeQuorum,
    Apis.UpdateFeatures,
    Apis.UnregisterBroker,
    Apis.AllocateProducerIds,
    Apis.AddRaftVoter,
    Apis.RemoveRaftVoter,
  ].map(({ key }) => key),
);

/** Answered by raft itself, which does not know NOT_CONTROLLER. */
const OF_THE_QUORUM: ReadonlySet<number> = new Set(
  [Apis.DescribeQuorum, Apis.AddRaftVoter, Apis.RemoveRaftVoter].map(({ key }) => key),
);
const NOT_ACTIVE: readonly number[] = [ErrorCode.NOT_CONTROLLER];
/** A broker of Apache Kafka would ask a leader of old times for ever, which started again and knows better (its own does not tell either). */
const NOT_LEADING: readonly number[] = [ErrorCode.NOT_CONTROLLER, ErrorCode.NOT_LEADER_OR_FOLLOWER];

/** A client's request that a broker sent on, with who it comes from (KIP-590): unpacked, and handled as any other. */
export const envelope = handler({
  api: Apis.Envelope,
  handle(request, scope) {
    const inner = unpack(request, scope);
    if (typeof inner === "number") {
      request.respond({ errorCode: inner });
      return;
    }
    scope.front.dispatcher?.dispatch(inner.handler, inner.request);
  },
});

/** The request within, or the error of the envelope. */
function unpack(
  request: Request<EnvelopeApi>,
  scope: ServerScope,
): { readonly handler: Handler; readonly request: Request } | number {
  const { body, connection } = request;
  const principal = read(() => decodePrincipal(body.requestPrincipal ?? EMPTY_BYTES));
  if (principal === null) return ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE;
  const clientHost = addressFromBytes(body.clientHostAddress);
  if (clientHost === null) return ErrorCode.INVALID_REQUEST;
  const header = read(() => decodeRequestHeader(body.requestData));
  // Not INVALID_REQUEST: the broker that sent it on learns that it is what is within that cannot be read here.
  if (header === null) return ErrorCode.UNSUPPORTED_VERSION;
  if (!FORWARDABLE.has(header.apiKey)) return ErrorCode.INVALID_REQUEST;
  const api = apiByKey(header.apiKey) as Api;
  const innerHandler = scope.front.dispatcher?.handlerOf(connection.listener.kind, header.apiKey) ?? null;
  const innerBody = innerHandler === null ? null : readBody(api, header, body.requestData);
  if (innerHandler === null || innerBody === null) return ErrorCode.UNSUPPORTED_VERSION;
  const inner = new Request(
    api,
    header.apiVersion,
    header.correlationId,
    header.clientId,
    innerBody,
    connection,
    principal,
    clientHost,
    request.receivedMs,
    request.size,
    new EnvelopeResponder(request),
  );
  return { handler: innerHandler, request: inner };
}

function readBody(api: Api, header: DecodedRequestHeader, bytes: Uint8Array): Value<Api["request"]> | null {
  const { apiVersion, bodyAt } = header;
  if (apiVersion < api.minVersion || apiVersion > api.maxVersion) return null;
  return read(() => decode(api.request, apiVersion, bytes, bodyAt));
}

/** Null for what cannot be read. */
function read<T>(decoded: () => T): T | null {
  try {
    return decoded();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Packs the response into the envelope's. */
class EnvelopeResponder implements Responder {
  private readonly envelope: Request<EnvelopeApi>;

  constructor(envelopeRequest: Request<EnvelopeApi>) {
    this.envelope = envelopeRequest;
  }

  respond(request: Request, response: unknown): void {
    // The broker is to look for the controller and try again: so the error is the envelope's own.
    const refusals = OF_THE_QUORUM.has(request.api.key) ? NOT_LEADING : NOT_ACTIVE;
    if (hasError(response, refusals)) {
      this.envelope.respond({ errorCode: ErrorCode.NOT_CONTROLLER });
      return;
    }
    const body = response as Input<Api["response"]>;
    const chunks = read(() => encodeResponse(request.api, request.version, request.correlationId, body));
    if (chunks === null) this.envelope.respond({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    else this.envelope.respond({ responseData: concatBytes(chunks).subarray(4) });
  }

  finish(_request: Request): void {
    this.envelope.finish();
  }

  abort(_request: Request, reason: string): void {
    this.envelope.abort(reason);
  }
}

/** Whether any error code in the response is one of these. */
function hasError(value: unknown, codes: readonly number[]): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.some((each) => hasError(each, codes));
  for (const [name, field] of Object.entries(value)) {
    if (name === "errorCode" ? codes.includes(field) : hasError(field, codes)) return true;
  }
  return false;
}
