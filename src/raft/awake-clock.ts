import type { Ports } from "../ports/index.js";

/**
 * Time that passes only while the event loop turns: what the loop was stalled does not count. Deadlines of liveness are set and judged by
 * it, so that a stalled judge fences nobody.
 */
export class AwakeClock {
  private readonly ports: Ports;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  nowMs(): number {
    return this.ports.clock.monotonicMs() - this.ports.loop.stalledMs();
  }
}
