import { brokerDefinitions } from "./catalogue.js";
import type { Property } from "./properties.js";

/** What is wrong with one property, or worth a warning. */
export interface ConfigProblem {
  readonly name: string;
  /** Of the file; 0: from elsewhere. */
  readonly line: number;
  /** A sentence that names the property, its value, what is allowed, and the line. */
  readonly message: string;
}

/** Gathers what is wrong with the properties of one node, and what is worth a warning. */
export class Problems {
  readonly errors: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  private readonly given: ReadonlyMap<string, Property>;

  constructor(given: ReadonlyMap<string, Property>) {
    this.given = given;
  }

  /** `reason` goes on after the property and its value: "it must be …". */
  error(name: string, reason: string): void {
    this.errors.push(this.problem(name, reason));
  }

  warn(name: string, reason: string): void {
    this.warnings.push(this.problem(name, reason));
  }

  /** Where there are errors of this property, what follows from it is not worth another one. */
  has(name: string): boolean {
    return this.errors.some((error) => error.name === name);
  }

  private problem(name: string, reason: string): ConfigProblem {
    const property = this.given.get(name);
    if (property === undefined) return { name, line: 0, message: `${name} (not set): ${reason}.` };
    const value = brokerDefinitions.get(name)?.isSensitive ? "[hidden]" : property.value;
    const place = property.line === 0 ? "" : ` (line ${property.line})`;
    return { name, line: property.line, message: `${name}=${value}${place}: ${reason}.` };
  }
}
