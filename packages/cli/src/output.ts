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

  /** Some lines of a stream of results. Resolves when more may be written, so that a slow reader is not run over. */
  async lines(lines: readonly (string | Uint8Array)[]): Promise<void> {
    if (lines.length === 0) return;
    const isText = lines.every((line) => typeof line === "string");
    const chunk = isText
      ? `${lines.join("\n")}\n`
      : Buffer.concat(lines.flatMap((line) => [bytesOf(line), NEWLINE]));
    if (!this.#stdout.write(chunk)) await once(this.#stdout, "drain");
  }
}

const NEWLINE = Buffer.from("\n");

function bytesOf(line: string | Uint8Array): Uint8Array {
  return typeof line === "string" ? Buffer.from(line) : line;
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
