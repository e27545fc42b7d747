/** Why a message or frame could not be read or written. The set is closed. */
export type ProtocolErrorCode =
  /** The API key or version is outside what this build speaks. */
  | "UNSUPPORTED_VERSION"
  /** A field was set that the chosen version cannot carry. */
  | "FIELD_NOT_IN_VERSION"
  /** A frame's length is negative or above the limit. */
  | "FRAME_TOO_LARGE"
  /** Bytes are left over behind a message. */
  | "TRAILING_BYTES";

/** Thrown by frames and message codecs; malformed primitives throw `WireError` from `@letterpress/wire`. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
