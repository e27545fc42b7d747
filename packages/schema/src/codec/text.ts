/** Up to this many bytes, ASCII text is put together faster here than by a call into the runtime. */
const SHORT_TEXT_BYTES_MAX = 24;

/** The text of a few ASCII bytes; undefined for anything else, which the runtime decodes faster. */
export function readShortAscii(buffer: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length > SHORT_TEXT_BYTES_MAX) return undefined;
  const codes = new Array<number>(length);
  for (let index = 0; index < length; index++) {
    const byte = buffer[start + index]!;
    if (byte > 0x7f) return undefined;
    codes[index] = byte;
  }
  return String.fromCharCode.apply(undefined, codes);
}
