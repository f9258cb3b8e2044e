import type { ConfigValues } from "../config/node-config.js";

/** Counts connections by address, and says which are too many (Kafka: ConnectionQuotas). */
export class ConnectionLimits {
  /** The limits in effect: they can be changed while the node runs. */
  private readonly values: () => ConfigValues;
  private readonly byAddress: Map<string, number>;
  private total: number;
  private overridesText: string;
  /** max.connections.per.ip.overrides: by address. */
  private overrides: ReadonlyMap<string, number>;

  constructor(values: () => ConfigValues) {
    this.values = values;
    this.byAddress = new Map();
    this.total = 0;
    this.overridesText = "";
    this.overrides = new Map();
  }

  /** Whether one more may come from this address. `isProtected`: of a listener that brokers use, which only the limit of an address can refuse. */
  admits(address: string, isProtected: boolean): boolean {
    const values = this.values();
    if (!isProtected && this.total >= values.number("max.connections")) return false;
    const max = this.overrideOf(address, values) ?? values.number("max.connections.per.ip");
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

  private overrideOf(address: string, values: ConfigValues): number | undefined {
    const text = values.text("max.connections.per.ip.overrides");
    if (text !== this.overridesText) {
      this.overridesText = text;
      this.overrides = overridesOf(text);
    }
    return this.overrides.get(address);
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
