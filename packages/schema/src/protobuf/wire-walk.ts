import { isUtf8 } from "node:buffer";
import { PAYLOAD_DEPTH_MAX } from "./limits.ts";

/**
 * The position that walks give for bytes that make no sense: behind the end of every payload, yet a small integer,
 * so that one broken payload does not slow the walks of all later ones.
 */
export const BROKEN = 0x3fff_ffff;

/** Longer texts are checked by the runtime's vectorised routine at once; shorter ones are mostly ASCII. */
const shortTextBytes = 48;

/**
 * The steps of a walk over the wire format that generated checkers share. Each takes and gives a position; what a
 * step has read besides is in `value`, so that nothing is allocated.
 */
export class WireWalk {
  /** The tag or length read last. */
  value = 0;

  /** Steps over a varint of up to ten bytes. */
  readonly varint = (buffer: Buffer, position: number, end: number): number => {
    const limit = Math.min(end, position + 10);
    for (let at = position; at < limit; at += 1) {
      if (buffer[at]! < 128) return at + 1;
    }
    return BROKEN;
  };

  /** Reads a varint of up to five bytes that fits 32 bits into `value`. */
  readonly uint32 = (buffer: Buffer, position: number, end: number): number => {
    const limit = Math.min(end, position + 5);
    let value = 0;
    let scale = 1;
    for (let at = position; at < limit; at += 1) {
      const byte = buffer[at]!;
      value += (byte & 0x7f) * scale;
      if (byte < 128) {
        this.value = value;
        return value <= 0xffff_ffff ? at + 1 : BROKEN;
      }
      scale *= 128;
    }
    this.value = 0;
    return BROKEN;
  };

  /** Whether the bytes are UTF-8. */
  readonly utf8 = (buffer: Buffer, start: number, end: number): boolean => {
    if (end - start <= shortTextBytes) {
      let at = start;
      while (at < end && buffer[at]! < 128) at += 1;
      if (at === end) return true;
    }
    return isUtf8(buffer.subarray(start, end));
  };

  /** Steps over the value of an unknown field; groups are walked to their end. */
  readonly unknown = (buffer: Buffer, position: number, end: number, tag: number, depth: number): number => {
    if (tag < 8) return BROKEN;
    switch (tag & 7) {
      case 0:
        return this.varint(buffer, position, end);
      case 1:
        return position + 8;
      case 2: {
        const start = this.uint32(buffer, position, end);
        return start + this.value;
      }
      case 3:
        return this.#group(buffer, position, end, tag, depth + 1);
      case 5:
        return position + 4;
      default:
        return BROKEN;
    }
  };

  #group(buffer: Buffer, position: number, end: number, startTag: number, depth: number): number {
    if (depth > PAYLOAD_DEPTH_MAX) return BROKEN;
    let at = position;
    while (at < end) {
      at = this.uint32(buffer, at, end);
      const tag = this.value;
      if ((tag & 7) === 4) return tag === startTag + 1 ? at : BROKEN;
      at = this.unknown(buffer, at, end, tag, depth);
    }
    return BROKEN;
  }
}
