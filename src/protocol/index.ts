/** The subpath export `holdfast/protocol`: every message of Apache Kafka 4.3.1, its codec, frames and error codes. */
export { type Api, type ApiName, Apis, apiByKey, type ListenerKind, type RequestOf, type ResponseOf } from "./apis.js";
export { decode, encode, encodeChunks, ProtocolError } from "./codec.js";
export {
  type CoordinatorRecordType,
  decodeRecordKey,
  decodeRecordValue,
  encodeRecordKey,
  encodeRecordValue,
  recordTypeOf,
} from "./coordinator-record.js";
export { ErrorCode, errorMessage, errorName, isRetriable } from "./errors.js";
export {
  type DecodedRequestHeader,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  FrameReader,
} from "./frames.js";
export { GroupRecords } from "./group-records.js";
export { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecord } from "./metadata-records.js";
export { INT64_MAX, type Input, type Schema, type Value } from "./schema.js";
export { ShareRecords } from "./share-records.js";
export { TransactionRecords } from "./transaction-records.js";
