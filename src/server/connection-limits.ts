import type { NodeConfig } from "../config/node-config.js";

/** Counts connections by address, and says which are too many (Kafka: ConnectionQuotas). */
export class ConnectionLimits {
  private readonly connectionsMax: number;
  private readonly perAddressMax: number;
  /** max.connections.per.ip.overrides: by address. */
  private readonly overrides: ReadonlyMap<string, number>;
  private readonly byAddress: Map<string, number>;
  private total: number;

  constructor(config: NodeConfig) {
    this.connectionsMax = config.number("max.connections");
    this.perAddressMax = config.number("max.connections.per.ip");
    this.overrides = overridesOf(config.text("max.connections.per.ip.overrides"));
    this.byAddress = new Map();
    this.total = 0;
  }

  /** Whether one more may come from this address. `isProtected`: of a listener that brokers use, which only the limit of an address can refuse. */
  admits(address: string, isProtected: boolean): boolean {
    if (!isProtected && this.total >= this.connectionsMax) return false;
    const max = this.overrides.get(address) ?? this.perAddressMax;
    return (this.byAddress.get(address) ?? 0) < max;
  }

  add(address: string): void {
    this.total++;
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
  }

  remove(address: string): void {
    this.total--;
    const left = (this.byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  }
}

/** `host:count,host:count`; a count follows the last colon, since an IPv6 address has colons of its own. */
function overridesOf(text: string): ReadonlyMap<string, number> {
  const overrides = new Map<string, number>();
  for (const entry of text.split(",")) {
    const colon = entry.lastIndexOf(":");
    if (colon > 0) overrides.set(entry.slice(0, colon).trim(), Number(entry.slice(colon + 1)));
  }
  return overrides;
}
