/** How two Protobuf schemas differ, by Confluent's names. */
export type DifferenceType =
  | "PACKAGE_CHANGED"
  | "MESSAGE_ADDED"
  | "MESSAGE_REMOVED"
  | "MESSAGE_MOVED"
  | "ENUM_ADDED"
  | "ENUM_REMOVED"
  | "ENUM_CONST_ADDED"
  | "ENUM_CONST_CHANGED"
  | "ENUM_CONST_REMOVED"
  | "FIELD_ADDED"
  | "FIELD_REMOVED"
  | "FIELD_NAME_CHANGED"
  | "FIELD_KIND_CHANGED"
  | "FIELD_SCALAR_KIND_CHANGED"
  | "FIELD_NAMED_TYPE_CHANGED"
  | "FIELD_NUMERIC_LABEL_CHANGED"
  | "FIELD_STRING_OR_BYTES_LABEL_CHANGED"
  | "REQUIRED_FIELD_ADDED"
  | "REQUIRED_FIELD_REMOVED"
  | "ONEOF_ADDED"
  | "ONEOF_REMOVED"
  | "ONEOF_FIELD_ADDED"
  | "ONEOF_FIELD_REMOVED"
  | "MULTIPLE_FIELDS_MOVED_TO_ONEOF"
  | "FIELD_MOVED_TO_EXISTING_ONEOF";

/** One difference, from the writer's schema to the reader's. */
export interface ProtobufDifference {
  readonly type: DifferenceType;
  /** Names of messages and oneofs and numbers of fields, such as `#/Order/3`. */
  readonly path: string;
}

/** What makes a difference incompatible, as a sentence about a path; differences without one are compatible. */
const descriptions: Partial<Record<DifferenceType, (path: string) => string>> = {
  PACKAGE_CHANGED: (path) =>
    `The package at '${path}' in the reader schema does not match the package in the writer schema`,
  MESSAGE_REMOVED: (path) =>
    `The reader schema is missing a MESSAGE type at path '${path}' in the writer schema`,
  FIELD_KIND_CHANGED: (path) =>
    `The type of a field at path '${path}' in the reader schema does not match the writer schema`,
  FIELD_SCALAR_KIND_CHANGED: (path) =>
    `The kind of a SCALAR field at path '${path}' in the reader schema does not match its kind in the writer schema`,
  FIELD_NAMED_TYPE_CHANGED: (path) =>
    `The type of a MESSAGE field at path '${path}' in the reader schema does not match its type in the writer schema`,
  FIELD_NUMERIC_LABEL_CHANGED: (path) =>
    `The label for a NUMERIC field at path '${path}' in the reader schema does not match its label in the writer schema`,
  REQUIRED_FIELD_ADDED: (path) =>
    `A required field  at path '${path}' in the reader schema is missing in the writer schema`,
  REQUIRED_FIELD_REMOVED: (path) =>
    `The reader schema is missing a required field at path: '${path}' in the writer schema`,
  ONEOF_FIELD_REMOVED: (path) =>
    `The reader schema is missing a oneof field at path '${path}' in the writer schema`,
  MULTIPLE_FIELDS_MOVED_TO_ONEOF: (path) =>
    `Multiple fields in the oneof at path '${path}' in the reader schema are outside a oneof in the writer schema`,
  FIELD_MOVED_TO_EXISTING_ONEOF: (path) =>
    `A field in the oneof at path '${path}' in the reader schema is outside an existing oneof in the writer schema`,
};

/** Why a difference is incompatible; undefined when it is not. */
export function describeDifference({ type, path }: ProtobufDifference): string | undefined {
  return descriptions[type]?.(path);
}
