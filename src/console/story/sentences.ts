import type { ConsoleEvent } from "./event.js";
import type { Story } from "./story.js";

/** What happened, as a sentence of the transcript; null: it is not worth one. */
export function sentenceOf(event: ConsoleEvent, story: Story, own: boolean): string | null {
  const { broker, kind, detail = {}, offset, peer, cause } = event;
  if (!own) {
    if (kind === "process" && story.lanes.has(broker)) {
      const isProcess = detail.pid !== null;
      if (detail.state === "running") return `Broker ${broker} runs${isProcess ? ` as process ${detail.pid}` : ""}.`;
      if (detail.state === "paused") return `Broker ${broker} was paused${isProcess ? " (SIGSTOP)" : ""}.`;
      return `Broker ${broker}${isProcess ? `'s process ${detail.pid}` : ""} is gone: ${cause || detail.state}.`;
    }
    if (kind === "fault" && cause === "wipe" && story.lanes.has(broker)) return `Broker ${broker}'s disk was emptied.`;
    if (kind === "config" && event.topic === story.topic && detail.proposed !== true)
      return `The topic's configs: ${cause}.`;
    if (kind === "fenced") return `The controller fenced broker ${peer}: ${cause}.`;
    if (kind === "action") return `Here was done: ${cause}.`;
    if (kind === "gap") return cause ?? "Events were missed.";
    return null;
  }
  switch (kind) {
    case "run":
      return `A producer sends ${detail.bytes} bytes to ${story.topic} with acks=${detail.acks === -1 ? "all" : detail.acks}${detail.acks === 0 ? ": nobody will answer" : ""}.`;
    case "produce-received":
      return detail.client === story.run?.client ? `Broker ${broker}, the leader, parsed the request.` : null;
    case "appended":
      return `Broker ${broker} appended ${detail.records === 1 ? "the record" : `${detail.records} records`} at offset ${offset}.`;
    case "replica-appended":
      return `Broker ${broker}, a follower, appended up to ${offset}.`;
    case "high-watermark":
      return event.broker === event.leader ? `The high watermark is ${event.hw}: what is below it is committed.` : null;
    case "acknowledged":
      return `Broker ${broker} acknowledged the record at ${offset}.`;
    case "leader":
      return event.leader === undefined || event.leader < 0
        ? `The partition has no leader now${because(cause)}.`
        : `Broker ${event.leader} leads in epoch ${event.epoch}${because(cause)}.`;
    case "isr":
      if (detail.proposed === true) return `Leader ${broker} asks for another ISR: ${cause}.`;
      return `In sync: ${[...(event.isr ?? [])].join(", ") || "nobody"}${because(cause)}.`;
    case "elr":
      return detail.elr === "" ? null : `Not in sync, but with all that was committed: ${detail.elr}${because(cause)}.`;
    case "read":
      return detail.failed === true
        ? `The reader got nothing: ${cause}.`
        : `The reader got the record from broker ${broker}; its CRC is ${detail.equal === true ? "that of what was sent" : "another"}.`;
    case "offset-committed":
      return `The reader's position ${offset} was committed.`;
    case "truncated":
      return `Broker ${broker} cut its log to ${offset}, where its leader's begins to differ.`;
    case "caught-up":
      return `Broker ${broker} has caught up at ${offset}.`;
    case "answer":
      if (cause === undefined) return null;
      return `The producer ${detail.again === true ? "was refused, and tries again" : "gave up"}: ${stopped(cause)}`;
    case "action":
      return `Here was done: ${cause}.`;
    default:
      return null;
  }
}

function stopped(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function because(cause: string | undefined): string {
  return cause === undefined || cause === "" ? "" : `: ${cause}`;
}
