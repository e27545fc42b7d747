import { WireError } from "@letterpress/wire";

/**
 * Names the field in which reading or writing failed. Called on the way out of every struct, it builds the path
 * `topics.partitions.records` in front of the message; the error that came first is the cause.
 */
export function locate(error: unknown, fieldName: string): unknown {
  if (!(error instanceof WireError)) return error;
  const first = error.cause instanceof WireError ? error.cause : error;
  const message = error === first ? `${fieldName}: ${error.message}` : `${fieldName}.${error.message}`;
  return new WireError(error.code, message, { cause: first });
}
