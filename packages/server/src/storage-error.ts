import { LogError } from "@letterpress/log";
import { ServerError } from "./server-error.ts";

/** What failed in a log, as an error of the server; anything else as it is. */
export function storageError(cause: unknown): unknown {
  if (!(cause instanceof LogError)) return cause;
  return new ServerError(cause.code === "LOCKED" ? "DATA_LOCKED" : "STORAGE_FAILED", cause.message, {
    cause,
  });
}
