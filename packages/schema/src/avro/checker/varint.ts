/**
 * Skips varints and lengths that are longer than one byte: generated checkers handle one byte in line and call
 * these for the rest. Each gives the position behind what it skipped, or {@link INVALID}.
 */
export const INVALID = -1;

const INT_BYTES_MAX = 5;
const LONG_BYTES_MAX = 10;
const TWO_7 = 128;

export function skipInt(buffer: Buffer, position: number, end: number): number {
  for (let count = 1; count <= INT_BYTES_MAX && position < end; count++) {
    const byte = buffer[position++]!;
    if (byte < 0x80) return count === INT_BYTES_MAX && byte > 0x0f ? INVALID : position;
  }
  return INVALID;
}

export function skipLong(buffer: Buffer, position: number, end: number): number {
  for (let count = 1; count <= LONG_BYTES_MAX && position < end; count++) {
    const byte = buffer[position++]!;
    if (byte < 0x80) return count === LONG_BYTES_MAX && byte > 1 ? INVALID : position;
  }
  return INVALID;
}

/** Skips a length and as many bytes. */
export function skipBytes(buffer: Buffer, position: number, end: number): number {
  const length = readVarint(buffer, position, end);
  if (!(length >= 0 && length <= end - varintEnd)) return INVALID;
  return varintEnd + length;
}

/** Where the varint that {@link readVarint} read last ended. */
export let varintEnd = 0;

/**
 * Reads a zigzag varint as the nearest number; NaN when it is not one. Beyond 2^53 it is inexact, which is far
 * above every length and count that can be valid.
 */
export function readVarint(buffer: Buffer, position: number, end: number): number {
  let factor = 1;
  let value = 0;
  let isOdd = false;
  for (let count = 1; count <= LONG_BYTES_MAX && position < end; count++) {
    const byte = buffer[position++]!;
    if (count === 1) isOdd = (byte & 1) === 1;
    if (count === LONG_BYTES_MAX && byte > 1) return Number.NaN;
    value += (byte & 0x7f) * factor;
    factor *= TWO_7;
    if (byte >= 0x80) continue;
    varintEnd = position;
    return isOdd ? -(value + 1) / 2 : value / 2;
  }
  return Number.NaN;
}
