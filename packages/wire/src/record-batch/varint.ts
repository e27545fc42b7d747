const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;

/** How many bytes the zigzag varint of a 32-bit `value` takes. */
export function varintBytes(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x200000) return 3;
  return zigzag < 0x10000000 ? 4 : 5;
}

/** How many bytes the zigzag varint of a safe integer takes. */
export function varlongBytes(value: number): number {
  let zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
  let bytes = 1;
  while (zigzag >= 0x80) {
    zigzag = Math.floor(zigzag / 0x80);
    bytes++;
  }
  return bytes;
}

/** Writes the zigzag varint of a 32-bit `value`; returns the position behind it. There must be room. */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = position;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

/** Writes the zigzag varint of a safe integer; returns the position behind it. There must be room. */
export function writeVarlong(buffer: Buffer, position: number, value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  if (rest < TWO_31) return writeVarint(buffer, position, value);
  let at = position;
  while (rest >= TWO_32) {
    buffer[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  rest >>>= 0;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}
