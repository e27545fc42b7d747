import { LogError } from "../log-error.ts";

/**
 * What a read that failed tells its caller. Retention may remove a segment under a read: then the offset is gone,
 * and nothing is wrong with the disk.
 */
export function readFailure(error: unknown, offset: number, startOffset: number, folder: string): LogError {
  if (offset < startOffset) {
    return new LogError(
      "OFFSET_OUT_OF_RANGE",
      `offset ${offset} was deleted, the log starts at ${startOffset}`,
    );
  }
  if (error instanceof LogError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new LogError("STORAGE_FAILED", `${folder} cannot be read: ${reason}`, { cause: error });
}
