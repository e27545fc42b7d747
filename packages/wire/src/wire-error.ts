/** Why a sequence of bytes was refused. The set is closed. */
export type WireErrorCode =
  /** The bytes end before the value does. */
  | "TRUNCATED"
  /** The bytes contradict the format: a negative length, an overlong varint, a count that cannot fit. */
  | "MALFORMED"
  /** A bound that protects memory was hit, such as the limit on decompressed bytes. */
  | "TOO_LARGE"
  /** The stored CRC-32C differs from that of the bytes. */
  | "CRC_MISMATCH"
  /** A magic byte, compression codec or version that this build does not know. */
  | "UNSUPPORTED";

/** The one error that reading or writing bytes throws; corrupt input never surfaces as a RangeError. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
