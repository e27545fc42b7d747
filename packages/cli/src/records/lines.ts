import type { Readable } from "node:stream";
import { CliError } from "../cli-error.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const LINE_BYTES_MAX = 64 * 1024 * 1024;

/** A line of input without its end, and its number, from 1. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer;
}

/**
 * The lines of a stream, as many at a time as arrive together. The last one may lack its end.
 *
 * @param source How messages name the stream.
 * @throws CliError `BAD_INPUT` for a line without an end in sight.
 */
export async function* readLines(stream: Readable, source: string): AsyncGenerator<Line[], undefined> {
  let number = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of stream) {
    const bytes: Buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const lines: Line[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      rest.push(bytes.subarray(start, end));
      lines.push({ number: ++number, bytes: withoutReturn(joined(rest)) });
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < bytes.length) {
      rest.push(bytes.subarray(start));
      restBytes += bytes.length - start;
      if (restBytes > LINE_BYTES_MAX) {
        throw new CliError(
          "BAD_INPUT",
          `${source}:${number + 1}: the line is longer than ${LINE_BYTES_MAX} bytes`,
        );
      }
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [{ number: number + 1, bytes: withoutReturn(joined(rest)) }];
  return undefined;
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes;
}
