/** Source code under construction: lines, and names that are used once. */
export class Source {
  private readonly lines: string[];
  private names: number;

  constructor() {
    this.lines = [];
    this.names = 0;
  }

  add(...lines: string[]): void {
    for (const line of lines) this.lines.push(line);
  }

  name(prefix: string): string {
    this.names += 1;
    return `${prefix}${this.names}`;
  }

  toString(): string {
    return this.lines.join("\n");
  }
}

/**
 * A function `name(parameters)` with this body, which uses the named helpers. The source is made from schemas alone, never from
 * input.
 */
export function compileFunction(
  name: string,
  parameters: string,
  body: Source,
  helpers: Readonly<Record<string, unknown>>,
): unknown {
  const names = Object.keys(helpers);
  const source = `"use strict";\nreturn function ${name}(${parameters}) {\n${body.toString()}\n};`;
  return new Function(...names, source)(...names.map((each) => helpers[each]));
}
