export * from "./avro/index.ts";
export { fieldKey, type KeyFieldKind, type KeyFieldValue } from "./field-key.ts";
export { parseSchema } from "./parse-schema.ts";
export type { Incompatibility, ParsedSchema, PayloadChecker, PayloadFault } from "./parsed-schema.ts";
export * from "./protobuf/index.ts";
export type {
  ResolvedReference,
  ResolvedSchema,
  SchemaDefinition,
  SchemaFormat,
  SchemaReference,
} from "./schema-definition.ts";
export { SchemaError, type SchemaErrorCode, type SourceLocation } from "./schema-error.ts";
export type { Decode, Serde } from "./serde.ts";
export type {
  KeyContract,
  PartitionerName,
  SubjectNameStrategy,
  TopicContract,
  ValidationLevel,
} from "./topic-contract.ts";
export type { Uuid } from "./uuid.ts";
