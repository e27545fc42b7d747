/**
 * Gathers the source of generated code. Nothing that comes from a schema enters the source except through
 * {@link literal}; everything else is kept as a constant beside it.
 */
export class Emitter {
  readonly #lines: string[] = [];
  readonly #constants: unknown[] = [];
  #names = 0;

  line(source: string): void {
    this.#lines.push(source);
  }

  /** A name nobody else uses. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  /** The name of a constant holding `value`. */
  constant(value: unknown): string {
    return `k${this.#constants.push(value) - 1}`;
  }

  /** Compiles everything gathered, and evaluates `result` in its scope. */
  compile<T>(result: string): T {
    const constants = this.#constants.map((_, index) => `const k${index} = constants[${index}];`);
    const source = ['"use strict";', ...constants, ...this.#lines, `return ${result};`].join("\n");
    return new Function("constants", source)(this.#constants) as T;
  }
}

/** Text as a source literal that is safe in any place of a program. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
