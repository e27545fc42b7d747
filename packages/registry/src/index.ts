export type { CompatibilityVerdict } from "./compatibility.ts";
export type { EffectiveConfig, Mode } from "./effective-settings.ts";
export type { RegisterRequest } from "./register-request.ts";
export { Registry, type RegistryOptions } from "./registry.ts";
export { type IncompatibleCode, RegistryError, type RegistryErrorCode } from "./registry-error.ts";
export { MemoryRegistryLog, type RegistryLog } from "./registry-log.ts";
export { RegistryReader, type VersionFilter, type VersionSelector } from "./registry-reader.ts";
export { type RegistryEntry, RegistryState } from "./registry-state.ts";
export { createRegistryApp, type RegistryAppOptions } from "./rest/app.ts";
export {
  type RegistryAuthenticator,
  type RegistryCredentials,
  type RegistryRole,
  type StaticCredentials,
  staticAuthenticator,
} from "./rest/auth.ts";
export type { SchemaFormats } from "./schema-formats.ts";
export type { ConfigUpdate } from "./setting-changes.ts";
export type { ConfigValue } from "./state/log-value.ts";
export type {
  SchemaContent,
  SchemaMetadata,
  SchemaRule,
  SchemaRuleSet,
  StoredSchema,
  SubjectVersion,
} from "./stored-schema.ts";
export { formatSubject, qualifyReference, type SubjectName } from "./subject-name.ts";
