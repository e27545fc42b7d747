import type { DescEnum, DescField, DescFile, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { type DifferenceType, describeDifference, type ProtobufDifference } from "./difference.ts";
import { type FieldType, fieldType, writtenLabel } from "./field-type.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/**
 * Compares two schemas as Confluent's registry does: messages and enums by name, fields by number. Types of other
 * files are compared where a field has them. Groups are left out, as there.
 */
export function compareSchemas(original: ProtobufSchema, update: ProtobufSchema): ProtobufDifference[] {
  const [from, to] = [mainFile(original), mainFile(update)];
  const comparison = new Comparison([from, to]);
  if (from.proto.package !== to.proto.package) comparison.add("PACKAGE_CHANGED", []);
  comparison.types(from, to, []);
  return comparison.differences;
}

function mainFile(schema: ProtobufSchema): DescFile {
  return schema.registry.getFile(schema.file.name)!;
}

type Path = readonly (string | number)[];

class Comparison {
  readonly differences: ProtobufDifference[] = [];
  /** The files whose types are compared in any case, so that fields need not lead there. */
  readonly #mainFiles: readonly DescFile[];
  /** The messages that are being compared further out: recursion ends there. */
  readonly #open: Map<DescMessage, DescMessage>;
  /** Which types of other files fit each other; each pair is compared, and reported, once. */
  readonly #verdicts: Map<DescMessage, Map<DescMessage, boolean>>;

  constructor(mainFiles: readonly DescFile[], outer?: Comparison) {
    this.#mainFiles = mainFiles;
    this.#open = outer === undefined ? new Map() : outer.#open;
    this.#verdicts = outer === undefined ? new Map() : outer.#verdicts;
  }

  add(type: DifferenceType, path: Path): void {
    this.differences.push({ type, path: `#/${path.join("/")}` });
  }

  types(original: DescFile | DescMessage, update: DescFile | DescMessage, path: Path): void {
    const [from, to] = [messagesOf(original), messagesOf(update)];
    for (const [index, message] of from.entries()) {
      const other = to.findIndex(({ name }) => name === message.name);
      const here = [...path, message.name];
      if (other < 0) {
        this.add("MESSAGE_REMOVED", here);
        continue;
      }
      this.message(message, to[other]!, here);
      if (other !== index) this.add("MESSAGE_MOVED", here);
    }
    for (const { name } of to) {
      if (!from.some((message) => message.name === name)) this.add("MESSAGE_ADDED", [...path, name]);
    }
    this.#enums(enumsOf(original), enumsOf(update), path);
  }

  #enums(original: readonly DescEnum[], update: readonly DescEnum[], path: Path): void {
    for (const name of union(original, update, (one) => one.name)) {
      const from = original.find((one) => one.name === name);
      const to = update.find((one) => one.name === name);
      const here = [...path, name];
      if (to === undefined) this.add("ENUM_REMOVED", here);
      else if (from === undefined) this.add("ENUM_ADDED", here);
      else this.#enumValues(from, to, here);
    }
  }

  #enumValues(original: DescEnum, update: DescEnum, path: Path): void {
    for (const number of union(original.values, update.values, (value) => value.number)) {
      const from = original.values.find((value) => value.number === number);
      const to = update.values.find((value) => value.number === number);
      if (to === undefined) this.add("ENUM_CONST_REMOVED", [...path, number]);
      else if (from === undefined) this.add("ENUM_CONST_ADDED", [...path, number]);
      else if (from.name !== to.name) this.add("ENUM_CONST_CHANGED", [...path, number]);
    }
  }

  message(original: DescMessage, update: DescMessage, path: Path): void {
    if (this.#open.get(original) === update) return;
    const outer = this.#open.get(original);
    this.#open.set(original, update);
    this.#movesIntoOneofs(original, update, path);
    for (const name of union(original.oneofs, update.oneofs, (oneof) => oneof.name)) {
      this.#oneof(original, update, name, [...path, name]);
    }
    this.#fields(original, update, path);
    this.types(original, update, path);
    if (outer === undefined) this.#open.delete(original);
    else this.#open.set(original, outer);
  }

  /** One field may become the first of a oneof; more would exclude each other from then on. */
  #movesIntoOneofs(original: DescMessage, update: DescMessage, path: Path): void {
    for (const oneof of update.oneofs.filter(isWritten)) {
      const before = fieldsOf(oneof).map((field) => byNumber(original, field.number));
      const moved = before.filter((field) => field !== undefined && oneofOf(field) === undefined).length;
      const existing = before.filter((field) => field !== undefined && oneofOf(field) !== undefined).length;
      if (moved > 1) this.add("MULTIPLE_FIELDS_MOVED_TO_ONEOF", [...path, oneof.name]);
      else if (moved === 1 && existing > 0) this.add("FIELD_MOVED_TO_EXISTING_ONEOF", [...path, oneof.name]);
    }
  }

  #oneof(original: DescMessage, update: DescMessage, name: string, path: Path): void {
    const from = original.oneofs.find((oneof) => oneof.name === name && isWritten(oneof));
    const to = update.oneofs.find((oneof) => oneof.name === name && isWritten(oneof));
    if (from === undefined && to === undefined) return;
    if (from === undefined || to === undefined) {
      this.add(to === undefined ? "ONEOF_REMOVED" : "ONEOF_ADDED", path);
      return;
    }
    for (const number of union(fieldsOf(from), fieldsOf(to), (field) => field.number)) {
      const [before, after] = [from, to].map((oneof) =>
        oneof.fields.find((field) => field.number === number),
      );
      // A field that went elsewhere in the message has only left its oneof.
      if (after === undefined) {
        if (byNumber(update, number) === undefined) this.add("ONEOF_FIELD_REMOVED", [...path, number]);
      } else if (before === undefined) {
        this.add("ONEOF_FIELD_ADDED", [...path, number]);
      } else {
        this.#field(before, after, [...path, number]);
      }
    }
  }

  /** The fields outside oneofs, and those whose oneof has changed. */
  #fields(original: DescMessage, update: DescMessage, path: Path): void {
    for (const number of union(original.fields, update.fields, (field) => field.number)) {
      const [from, to] = [byNumber(original, number), byNumber(update, number)];
      const here = [...path, number];
      if (from !== undefined && to !== undefined) {
        const sameOneof = oneofOf(from) !== undefined && oneofOf(from)?.name === oneofOf(to)?.name;
        if (!sameOneof) this.#field(from, to, here);
      } else if (from !== undefined && oneofOf(from) === undefined) {
        this.add(writtenLabel(from) === "required" ? "REQUIRED_FIELD_REMOVED" : "FIELD_REMOVED", here);
      } else if (to !== undefined && oneofOf(to) === undefined) {
        this.add(writtenLabel(to) === "required" ? "REQUIRED_FIELD_ADDED" : "FIELD_ADDED", here);
      }
    }
  }

  #field(original: DescField, update: DescField, path: Path): void {
    if (original.name !== update.name) this.add("FIELD_NAME_CHANGED", path);
    const [from, to] = [fieldType(original), fieldType(update)];
    const [label, newLabel] = [writtenLabel(original), writtenLabel(update)];
    this.#type(from, to, path);
    if (from.kind !== "scalar" || to.kind !== "scalar" || from.group !== to.group) return;
    if (label === undefined || newLabel === undefined || label === newLabel) return;
    const isText = from.group === "STRING_OR_BYTES";
    this.add(isText ? "FIELD_STRING_OR_BYTES_LABEL_CHANGED" : "FIELD_NUMERIC_LABEL_CHANGED", path);
  }

  #type(from: FieldType, to: FieldType, path: Path): void {
    if (from.kind === "scalar" && to.kind === "scalar") {
      if (from.group !== to.group) this.add("FIELD_SCALAR_KIND_CHANGED", path);
    } else if (from.kind === "map" && to.kind === "map") {
      this.#type(from.key, to.key, path);
      this.#type(from.value, to.value, path);
    } else if (from.kind === "message" && to.kind === "message") {
      this.#namedType(from.message, to.message, path);
    } else {
      this.add("FIELD_KIND_CHANGED", path);
    }
  }

  #namedType(original: DescMessage, update: DescMessage, path: Path): void {
    const name = localName(original);
    if (name !== localName(update)) {
      this.add("FIELD_NAMED_TYPE_CHANGED", path);
      return;
    }
    if (this.#mainFiles.includes(original.file) && this.#mainFiles.includes(update.file)) return;
    if (!this.#fits(original, update, name)) this.add("FIELD_NAMED_TYPE_CHANGED", path);
  }

  /** Whether two types of other files fit; recursion assumes that what is being compared does. */
  #fits(original: DescMessage, update: DescMessage, name: string): boolean {
    const verdicts = this.#verdicts.get(original) ?? new Map<DescMessage, boolean>();
    const known = verdicts.get(update);
    if (known !== undefined) return known;
    this.#verdicts.set(original, verdicts.set(update, true));
    const inner = new Comparison(this.#mainFiles, this);
    inner.message(original, update, name.split("."));
    this.differences.push(...inner.differences);
    const fits = inner.differences.every((one) => describeDifference(one) === undefined);
    verdicts.set(update, fits);
    return fits;
  }
}

/** A message's full name without its package. */
function localName(message: DescMessage): string {
  const { package: name } = message.file.proto;
  return name === "" ? message.typeName : message.typeName.slice(name.length + 1);
}

/** The messages declared here; the bodies of groups belong to their fields. */
function messagesOf(home: DescFile | DescMessage): readonly DescMessage[] {
  if (home.kind === "file") return home.messages;
  const groups = new Set(home.fields.filter(isGroup).map((field) => field.message));
  return home.nestedMessages.filter((message) => !groups.has(message));
}

function enumsOf(home: DescFile | DescMessage): readonly DescEnum[] {
  return home.kind === "file" ? home.enums : home.nestedEnums;
}

function isGroup(field: DescField): boolean {
  return field.proto.type === Type.GROUP;
}

/** The oneof of a proto3 `optional` field is not written. */
function isWritten(oneof: DescOneof): boolean {
  return oneof.fields.some((field) => !field.proto.proto3Optional);
}

function oneofOf(field: DescField): DescOneof | undefined {
  return field.proto.proto3Optional ? undefined : field.oneof;
}

function fieldsOf(oneof: DescOneof): readonly DescField[] {
  return oneof.fields.filter((field) => !isGroup(field));
}

function byNumber(message: DescMessage, number: number): DescField | undefined {
  return message.fields.find((field) => field.number === number && !isGroup(field));
}

/** The distinct keys of two lists; numbers in ascending order. */
function union<Item, Key extends string | number>(
  left: readonly Item[],
  right: readonly Item[],
  keyOf: (item: Item) => Key,
): Key[] {
  const keys = [...new Set([...left, ...right].map(keyOf))];
  return typeof keys[0] === "number" ? keys.sort((a, b) => Number(a) - Number(b)) : keys;
}
