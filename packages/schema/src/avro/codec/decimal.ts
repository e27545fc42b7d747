/** A decimal number: `unscaled` / 10 to the power of `scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** The two's-complement bytes of a decimal, shortest or of a fixed size; undefined when it does not fit. */
export function decimalBytes(
  value: unknown,
  precision: number,
  scale: number,
  sizeBytes?: number,
): Buffer | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const decimal = value as Partial<Decimal>;
  if (typeof decimal.unscaled !== "bigint" || decimal.scale !== scale) return undefined;
  const limit = 10n ** BigInt(precision);
  if (decimal.unscaled >= limit || decimal.unscaled <= -limit) return undefined;
  const length = sizeBytes ?? shortestLength(decimal.unscaled);
  const hex = BigInt.asUintN(8 * length, decimal.unscaled).toString(16);
  return Buffer.from(hex.padStart(2 * length, "0"), "hex");
}

/** The value of big-endian two's-complement bytes; no bytes are zero. */
export function unscaledValue(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
}

/** One bit more than the magnitude needs, in whole bytes. */
function shortestLength(value: bigint): number {
  const magnitude = value < 0n ? ~value : value;
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
  return Math.floor(bits / 8) + 1;
}
