import { loadCompression } from "../node/compression.js";
import { loadDigest } from "../node/digest.js";
import type { RecordPorts } from "./record-sender.js";

/** What record batches need on this machine. */
export async function recordPorts(): Promise<RecordPorts> {
  return { digest: loadDigest(), compression: await loadCompression() };
}
