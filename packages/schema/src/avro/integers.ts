/** Whether JSON number text is an integer; long exponents aside, only plain digits count, as in Java's parser. */
export function isIntegerText(text: string): boolean {
  return text.length <= 20 && /^-?\d+$/.test(text);
}

export function isInt32(value: bigint): boolean {
  return BigInt.asIntN(32, value) === value;
}

export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
