import {
  checkCompatibility,
  type DifferenceType,
  locateInProtobuf,
  type ProtobufSchema,
  protobufDifferences,
} from "@letterpress/schema";
import { CANNOT_READ, type SchemaChange } from "./change.ts";

/** What differs between two Protobuf schemas, by the names that Confluent's registry has for differences. */
export function protobufDiff(from: ProtobufSchema, to: ProtobufSchema): SchemaChange[] {
  const unreadable = pathsOf(to, from);
  // The other way round a difference has another name, but the same path.
  const unreadableByOld = pathsOf(from, to);
  return protobufDifferences(to, from).map(({ type, path }): SchemaChange => {
    const kind = type.endsWith("_ADDED") ? "added" : type.endsWith("_REMOVED") ? "removed" : "changed";
    const [newReaders, oldReaders] = EFFECTS[kind];
    return {
      kind,
      path: path.replace(/^#\//, "").replaceAll("/", "."),
      what: WORDS[type] ?? type.toLowerCase().replaceAll("_", " "),
      newReaders: unreadable.has(path) ? CANNOT_READ : newReaders,
      oldReaders: unreadableByOld.has(path) ? CANNOT_READ : oldReaders,
      location: locateInProtobuf(path, kind === "removed" ? from : to),
    };
  });
}

/** What a difference means to new readers of old records and to old readers of new ones. */
const EFFECTS = {
  added: ["see it unset", "do not see it"],
  removed: ["do not see it", "see it unset"],
  changed: [undefined, undefined],
} as const satisfies Record<SchemaChange["kind"], readonly (string | undefined)[]>;

const WORDS: Partial<Record<DifferenceType, string>> = {
  FIELD_ADDED: "a field",
  FIELD_REMOVED: "a field",
  FIELD_NAME_CHANGED: "the field has another name, which JSON and code carry",
  FIELD_KIND_CHANGED: "the field is of another kind of type",
  FIELD_SCALAR_KIND_CHANGED: "the field has another encoding",
  FIELD_NAMED_TYPE_CHANGED: "the field is of another type",
  FIELD_NUMERIC_LABEL_CHANGED: "the field is repeated, or no longer",
  FIELD_STRING_OR_BYTES_LABEL_CHANGED: "the field is repeated, or no longer",
  ENUM_CONST_ADDED: "a value",
  ENUM_CONST_REMOVED: "a value",
  ENUM_CONST_CHANGED: "the value has another name, which JSON and code carry",
  MESSAGE_ADDED: "a message",
  MESSAGE_REMOVED: "a message",
  MESSAGE_MOVED: "the message has another place in the file, by which records name it",
  ENUM_ADDED: "an enum",
  ENUM_REMOVED: "an enum",
  ONEOF_ADDED: "a oneof",
  ONEOF_REMOVED: "a oneof",
  ONEOF_FIELD_ADDED: "a field of a oneof",
  ONEOF_FIELD_REMOVED: "a field of a oneof",
};

function pathsOf(reader: ProtobufSchema, writer: ProtobufSchema): Set<string> {
  return new Set(checkCompatibility({ reader, writer }).map(({ path }) => path));
}
