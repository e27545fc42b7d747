const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};

const escapeSequence =
  /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\'"?]))/y;

/**
 * The bytes a string literal stands for, or the index of the escape that is wrong.
 *
 * @param inner The text between the quotes.
 */
export function unescapeLiteral(inner: string): Buffer | number {
  if (!inner.includes("\\")) return Buffer.from(inner, "utf8");
  const chunks: Buffer[] = [];
  let position = 0;
  while (position < inner.length) {
    const backslash = inner.indexOf("\\", position);
    if (backslash < 0) break;
    chunks.push(Buffer.from(inner.slice(position, backslash), "utf8"));
    escapeSequence.lastIndex = backslash;
    const match = escapeSequence.exec(inner);
    if (match === null) return backslash;
    const [text, octal, hex, short, long, simple] = match;
    const codePoint = short ?? long;
    if (codePoint !== undefined) {
      const value = Number.parseInt(codePoint, 16);
      if (value > 0x10ffff) return backslash;
      chunks.push(Buffer.from(String.fromCodePoint(value), "utf8"));
    } else {
      const byte =
        octal !== undefined
          ? Number.parseInt(octal, 8)
          : hex !== undefined
            ? Number.parseInt(hex, 16)
            : simpleEscapes[simple!]!;
      if (byte > 0xff) return backslash;
      chunks.push(Buffer.of(byte));
    }
    position = backslash + text.length;
  }
  chunks.push(Buffer.from(inner.slice(position), "utf8"));
  return Buffer.concat(chunks);
}

/** Bytes as protoc writes them into `default_value`: C escapes, octal for what does not print. */
export function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    if (byte === 10) text += "\\n";
    else if (byte === 13) text += "\\r";
    else if (byte === 9) text += "\\t";
    else if (byte === 34) text += '\\"';
    else if (byte === 39) text += "\\'";
    else if (byte === 92) text += "\\\\";
    else if (byte < 32 || byte > 126) text += `\\${byte.toString(8).padStart(3, "0")}`;
    else text += String.fromCharCode(byte);
  }
  return text;
}
