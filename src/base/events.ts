/**
 * What happens to records, replicas and leaders, for whoever watches. Costs one property read where nobody does: test
 * `feed.active` before an event object is built.
 */
export interface BrokerEvent {
  readonly kind: BrokerEventKind;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly epoch?: number;
  readonly leader?: number;
  readonly isr?: readonly number[];
  readonly hw?: number;
  /** The other broker concerned: the follower that fetched, the broker that was fenced. */
  readonly peer?: number;
  /** Why it happened, as a short phrase. */
  readonly cause?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export type BrokerEventKind =
  | "produce-received"
  | "validated"
  | "appended"
  | "replica-appended"
  | "replica-fetched"
  | "high-watermark"
  | "acknowledged"
  | "fetched"
  | "offset-committed"
  | "leader"
  | "isr"
  | "elr"
  | "fenced"
  | "unfenced"
  | "group"
  | "config"
  | "topic"
  | "truncated"
  | "caught-up";

export interface EventSubscriber {
  onEvent(event: BrokerEvent): void;
}

export class EventFeed {
  active = false;
  private readonly subscribers: EventSubscriber[] = [];

  subscribe(subscriber: EventSubscriber): void {
    this.subscribers.push(subscriber);
    this.active = true;
  }

  unsubscribe(subscriber: EventSubscriber): void {
    const at = this.subscribers.indexOf(subscriber);
    if (at >= 0) this.subscribers.splice(at, 1);
    this.active = this.subscribers.length > 0;
  }

  emit(event: BrokerEvent): void {
    for (const subscriber of this.subscribers) subscriber.onEvent(event);
  }
}
