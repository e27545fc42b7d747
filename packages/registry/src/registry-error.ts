import { contextLabel, parseSubject } from "./subject-name.ts";

/** Confluent's error codes, the ones this registry answers with. The set is closed. */
export type RegistryErrorCode =
  | 40101
  | 40301
  | 40401
  | 40402
  | 40403
  | 40404
  | 40405
  | 40406
  | 40407
  | 40408
  | 40409
  | 409
  | 40901
  | 42201
  | 42202
  | 42203
  | 42204
  | 42205
  | 42206
  | 42207
  | 42208
  | 42209
  | 50001
  | 50002;

/** What incompatible schemas are answered with: 409 up to release 7, 40901 in the newest ones. */
export type IncompatibleCode = 409 | 40901;

/** The one error of the registry. The REST interface answers with its code, status and message. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return this.code < 1000 ? this.code : Math.floor(this.code / 100);
  }
}

export function subjectNotFound(subject: string): RegistryError {
  return new RegistryError(40401, `Subject '${subject}' not found.`);
}

export function versionNotFound(version: number | string): RegistryError {
  return new RegistryError(40402, `Version ${version} not found.`);
}

/** Without an id or GUID: no version of the subject has this text. */
export function schemaNotFound(key?: number | string): RegistryError {
  return new RegistryError(40403, key === undefined ? "Schema not found" : `Schema ${key} not found`);
}

/** The missing blank is Confluent's. */
export function subjectSoftDeleted(subject: string): RegistryError {
  return new RegistryError(
    40404,
    `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`,
  );
}

export function subjectNotSoftDeleted(subject: string): RegistryError {
  return new RegistryError(
    40405,
    `Subject '${subject}' was not deleted first before being permanently deleted`,
  );
}

export function versionSoftDeleted(subject: string, version: number): RegistryError {
  return new RegistryError(
    40406,
    `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
  );
}

export function versionNotSoftDeleted(subject: string, version: number): RegistryError {
  return new RegistryError(
    40407,
    `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
  );
}

export function configNotFound(subject: string): RegistryError {
  return new RegistryError(
    40408,
    `Subject '${subject}' does not have subject-level compatibility configured`,
  );
}

export function modeNotFound(subject: string): RegistryError {
  return new RegistryError(40409, `Subject '${subject}' does not have subject-level mode configured`);
}

export function invalidSchema(why: string, options?: ErrorOptions): RegistryError {
  return new RegistryError(42201, why, options);
}

export function invalidVersion(version: string): RegistryError {
  return new RegistryError(
    42202,
    `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  );
}

export function invalidCompatibility(): RegistryError {
  return new RegistryError(
    42203,
    "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive",
  );
}

export function invalidMode(): RegistryError {
  return new RegistryError(
    42204,
    "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT",
  );
}

/** An operation that the mode of the subject forbids. */
export function modeForbids(
  subject: string | null,
  mode: "read-only" | "not in import" | "not in read-write",
) {
  const context = contextLabel(parseSubject(subject ?? "").context);
  const state = mode === "read-only" ? "in read-only" : mode;
  return new RegistryError(42205, `Subject ${subject} in context ${context} is ${state} mode`);
}

export function referenceExists(subject: string, version: number): RegistryError {
  return new RegistryError(
    42206,
    `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
  );
}

export function invalidSubject(subject: string): RegistryError {
  return new RegistryError(42208, `The specified subject '${subject}' is not a valid.`);
}

export function schemaTooLarge(bytes: number, bytesMax: number): RegistryError {
  return new RegistryError(
    42209,
    `Register operation failed because schema is too large: ${bytes} bytes, at most ${bytesMax} are allowed`,
  );
}
