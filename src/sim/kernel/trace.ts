/** A running hash of what happened. Two runs of one seed must end with the same; where they differ, the core is not deterministic. */
export class TraceHash {
  private a: number;
  private b: number;
  count: number;

  constructor() {
    this.a = 0x811c9dc5;
    this.b = 0x9e3779b9;
    this.count = 0;
  }

  mix(value: number): void {
    const low = value | 0;
    this.a = Math.imul(this.a ^ low, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b ^ (low + this.a), 0x85ebca6b);
    this.b ^= this.b >>> 13;
    this.count++;
  }

  mixText(text: string): void {
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
  }

  hex(): string {
    return (this.a >>> 0).toString(16).padStart(8, "0") + (this.b >>> 0).toString(16).padStart(8, "0");
  }
}
