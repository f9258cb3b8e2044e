/** Highest API key, with room for later ones. */
const API_KEYS = 128;

/** Counters of the front, since start, for whoever exposes them. Plain fields: they are written on the hot path. */
export class ServerMetrics {
  /** Requests that were handed to a handler, by API key. */
  readonly requests: Float64Array;
  /** Responses that were sent, by API key. */
  readonly responses: Float64Array;
  /** Sum over the answered requests of the time from their last byte to their response, ms, by API key. */
  readonly requestMs: Float64Array;
  bytesIn: number;
  bytesOut: number;
  /** Connections that are open now. */
  connections: number;
  connectionsAccepted: number;
  connectionsClosed: number;
  /** Closed at once since there were too many, of one address or in all. */
  connectionsRefused: number;
  connectionsIdleClosed: number;
  /** Connections that were closed for bytes that are no request. */
  protocolErrors: number;
  /** Handlers that threw: each is a bug. */
  handlerFailures: number;
  /** Requests that are being handled, or are done and wait for the response of an earlier one. */
  requestsInFlight: number;
  requestBytesInFlight: number;
  /** Requests that were sent on to the controller. */
  requestsForwarded: number;

  constructor() {
    this.requests = new Float64Array(API_KEYS);
    this.responses = new Float64Array(API_KEYS);
    this.requestMs = new Float64Array(API_KEYS);
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.connections = 0;
    this.connectionsAccepted = 0;
    this.connectionsClosed = 0;
    this.connectionsRefused = 0;
    this.connectionsIdleClosed = 0;
    this.protocolErrors = 0;
    this.handlerFailures = 0;
    this.requestsInFlight = 0;
    this.requestBytesInFlight = 0;
    this.requestsForwarded = 0;
  }
}
