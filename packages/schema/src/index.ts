export * from "./avro/index.ts";
export { checkCompatibility } from "./compatibility.ts";
export {
  CHECK_LEVELS,
  type CheckLevel,
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  checkLevel,
  type LevelViolation,
  type VersionedSchema,
} from "./compatibility-level.ts";
export { fieldKey, type KeyFieldKind, type KeyFieldValue } from "./field-key.ts";
export { type FingerprintAlgorithm, schemaFingerprint } from "./fingerprint.ts";
export {
  type Framing,
  headerFraming,
  ID_FRAMING_BYTES,
  type MessageIndexPath,
  readFraming,
  readHeaderFraming,
  readMessageIndexes,
  readSchemaId,
  SCHEMA_ID_HEADERS,
  type SchemaName,
  writeSchemaId,
} from "./framing.ts";
export { type ParseSchemaOptions, parseSchema } from "./parse-schema.ts";
export type { Incompatibility, ParsedSchema, PayloadChecker, PayloadFault } from "./parsed-schema.ts";
export * from "./protobuf/index.ts";
export type { ReadFinding, ReadTrial } from "./read-finding.ts";
export { readTrial } from "./read-trial.ts";
export {
  type ReaderDeclaration,
  readerFingerprint,
  readReaderDeclarations,
  writeReaderDeclarations,
} from "./reader-declaration.ts";
export type {
  ResolvedReference,
  ResolvedSchema,
  SchemaDefinition,
  SchemaFormat,
  SchemaReference,
} from "./schema-definition.ts";
export { SchemaError, type SchemaErrorCode, type SourceLocation } from "./schema-error.ts";
export type { Decode, Serde } from "./serde.ts";
export { strictIncompatibilities } from "./strict.ts";
export { subjectOf } from "./subject-name.ts";
export type {
  KeyContract,
  PartitionerName,
  SubjectNameStrategy,
  TopicContract,
  ValidationLevel,
} from "./topic-contract.ts";
export type { Uuid } from "./uuid.ts";
export {
  readWriterDeclarations,
  type WriterDeclaration,
  writeWriterDeclarations,
} from "./writer-declaration.ts";
