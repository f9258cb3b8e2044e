type Labels = Readonly<Record<string, string | number>>;

/** Text of Prometheus's exposition format 0.0.4, family by family. Written here and not by a library: it is one line a partition. */
export class Exposition {
  private readonly parts: string[];
  private name: string;

  constructor() {
    this.parts = [];
    this.name = "";
  }

  /** Begins a family; samples of it follow. */
  family(name: string, type: "gauge" | "counter", help: string): this {
    this.name = name;
    this.parts.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    return this;
  }

  sample(value: number, labels?: Labels): this {
    this.parts.push(labels === undefined ? `${this.name} ${value}\n` : `${this.name}{${labelText(labels)}} ${value}\n`);
    return this;
  }

  /** A family of one sample. */
  gauge(name: string, help: string, value: number): void {
    this.family(name, "gauge", help).sample(value);
  }

  counter(name: string, help: string, value: number): void {
    this.family(name, "counter", help).sample(value);
  }

  get text(): string {
    return this.parts.join("");
  }
}

function labelText(labels: Labels): string {
  let text = "";
  for (const [name, value] of Object.entries(labels)) {
    const escaped = String(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    text += `${text === "" ? "" : ","}${name}="${escaped}"`;
  }
  return text;
}
