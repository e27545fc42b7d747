import { WireError } from "../wire-error.ts";

/** The error for output above the limit. */
export function tooLarge(format: string, limitBytes: number): WireError {
  return new WireError(
    "TOO_LARGE",
    `${format} data decompresses to more than the ${limitBytes} bytes allowed`,
  );
}

/** Runs a borrowed decompressor; what it throws becomes a `WireError`. */
export function guarded(format: string, limitBytes: number, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(format, limitBytes);
    throw new WireError("MALFORMED", `${format} data is damaged: ${(cause as Error).message}`, { cause });
  }
}
