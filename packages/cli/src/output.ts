import { once } from "node:events";
import type { Io } from "./io.ts";

/** Writes results: text for people, or one JSON document per line for programs. */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: Io["stdout"];

  constructor(io: Io, options: { readonly json?: boolean | undefined }) {
    this.isJson = options.json ?? false;
    this.#stdout = io.stdout;
  }

  /** Prints `value` as JSON, or what `text` makes of it. */
  result<T>(value: T, text: (value: T) => string): void {
    this.#stdout.write(`${this.isJson ? jsonText(value) : text(value)}\n`);
  }

  /** A line of a stream of results. Resolves when more may be written, so that a slow reader is not run over. */
  async line(line: string | Uint8Array): Promise<void> {
    this.#stdout.write(line);
    if (!this.#stdout.write("\n")) await once(this.#stdout, "drain");
  }
}

/** JSON on one line; a bigint becomes a number where that is exact, and a string beyond it. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? jsonInteger(each) : each));
}

/** An integer as JSON can carry it without loss. */
export function jsonInteger(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
