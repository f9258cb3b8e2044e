import type { IncomingMessage } from "node:http";

/** One block of a stream of events (text/event-stream). */
export interface EventBlock {
  /** null: it has none. */
  readonly id: string | null;
  readonly kind: string;
  /** Empty in blocks that only keep the stream alive. */
  readonly data: string;
}

/** Tells each block of a stream once it is whole. */
export function readEventBlocks(response: IncomingMessage, take: (block: EventBlock) => void): void {
  let rest = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) take(parsed(block));
  });
}

function parsed(block: string): EventBlock {
  let id: string | null = null;
  let kind = "";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("id: ")) id = line.slice(4);
    else if (line.startsWith("event: ")) kind = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return { id, kind, data };
}
