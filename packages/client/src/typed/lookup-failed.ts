import { LetterpressError } from "../letterpress-error.ts";

/** How registry clients say "not found": ours by name, others by Confluent's codes. */
const NOT_FOUND_CODES: readonly unknown[] = ["NOT_FOUND", 404, 40401, 40402, 40403];

/** The error for a schema that could not be looked up, or registered, under a subject. */
export function lookupFailed(
  cause: unknown,
  subject: string,
  topic: string,
  isRegistering: boolean,
): LetterpressError {
  if (cause instanceof LetterpressError) return cause;
  if (isNotFound(cause)) {
    return new LetterpressError(
      "SCHEMA_NOT_FOUND",
      `this build's schema is not registered under ${subject}: run "letterpress apply", or set autoRegister`,
      { cause, topic },
    );
  }
  const action = isRegistering ? "register a schema under" : "look up the schema of";
  return unavailable(cause, `cannot ${action} ${subject}`, topic);
}

/** The error for a schema, met in a record by its id or GUID, that could not be looked up. */
export function schemaLookupFailed(cause: unknown, schema: number | string, topic: string): LetterpressError {
  if (cause instanceof LetterpressError) return cause;
  const name = typeof schema === "number" ? `id ${schema}` : `GUID ${schema}`;
  if (isNotFound(cause)) {
    return new LetterpressError("SCHEMA_NOT_FOUND", `the registry has no schema with ${name}`, {
      cause,
      topic,
    });
  }
  return unavailable(cause, `cannot look up the schema with ${name}`, topic);
}

function unavailable(cause: unknown, what: string, topic: string): LetterpressError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LetterpressError("REGISTRY_UNAVAILABLE", `${what}: ${reason}`, {
    cause,
    topic,
    retriable: true,
  });
}

/** Whether a registry answered that it does not have what was asked for; clients differ in where they say so. */
function isNotFound(cause: unknown): boolean {
  if (typeof cause !== "object" || cause === null) return false;
  const { status, errorCode, code } = cause as Record<string, unknown>;
  return [status, errorCode, code].some((value) => NOT_FOUND_CODES.includes(value));
}
