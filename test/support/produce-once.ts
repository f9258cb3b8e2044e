import { BrokerLink } from "../../src/cluster/broker-link.js";
import { Failure } from "../../src/cluster/failure.js";
import { recordPorts } from "../../src/cluster/record-ports.js";
import { Apis } from "../../src/protocol/apis.js";
import { errorName } from "../../src/protocol/errors.js";
import { buildBatch } from "../../src/protocol/records/builder.js";

export interface OneProduce {
  readonly acks: -1 | 0 | 1;
  readonly timeoutMs: number;
  readonly bytes?: number;
  /** Changes the batch before it is sent. */
  spoil?(batch: Uint8Array): void;
}

/** One produce request to one broker, tried once. Answers the error's name, or why there was no answer. */
export async function produceOnce(
  port: number,
  topic: string,
  partition: number,
  options: OneProduce,
): Promise<string> {
  let link: BrokerLink | null = null;
  try {
    link = await BrokerLink.open({ host: "127.0.0.1", port });
    const value = new Uint8Array(options.bytes ?? 10).fill(65);
    const batch = buildBatch({ timestamp: Date.now() }, [{ key: null, value }], await recordPorts());
    options.spoil?.(batch);
    const topicData = [{ name: topic, partitionData: [{ index: partition, records: batch }] }];
    const request = { transactionalId: null, acks: options.acks, timeoutMs: options.timeoutMs, topicData };
    const answer = await link.call(Apis.Produce, request, options.timeoutMs + 5000, 12);
    return errorName(answer.responses[0].partitionResponses[0].errorCode);
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  } finally {
    link?.close();
  }
}
