import type { DescEnum, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import type { Incompatibility } from "../parsed-schema.ts";
import { located } from "./locate.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/**
 * What breaks readers of the wire format or of JSON although Confluent's registry lets it pass, by the names of
 * buf's `WIRE_JSON` rules: deletions without `reserved`, renames, tags that change their meaning, changed labels.
 * The types of included files count as the file's own: records hold them all the same.
 */
export function protobufStrictIncompatibilities(
  reader: ProtobufSchema,
  writer: ProtobufSchema,
): Incompatibility[] {
  const check = new StrictCheck();
  for (const message of [...writer.registry.files].flatMap(allMessages)) {
    const other = reader.registry.getMessage(message.typeName);
    // The files that every compiler carries are the same ones on both sides.
    if (other !== undefined && other.proto !== message.proto) check.message(message, other);
  }
  for (const type of [...writer.registry.files].flatMap(allEnums)) {
    const other = reader.registry.getEnum(type.typeName);
    if (other !== undefined && other.proto !== type.proto) check.enum(type, other);
  }
  return located(check.found, reader);
}

class StrictCheck {
  readonly found: Incompatibility[] = [];

  #add(rule: string, home: DescMessage | DescEnum, member: string | number, message: string): void {
    this.found.push({ rule, path: `#/${home.typeName}/${member}`, message });
  }

  message(from: DescMessage, to: DescMessage): void {
    for (const field of from.fields) {
      const other = to.fields.find(({ number }) => number === field.number);
      if (other === undefined) this.#deletedField(field, to);
      else this.#field(field, other, to);
    }
    this.#requiredFields(from, to);
    const lost = from.proto.reservedRange.some(
      ({ start, end }) => !to.proto.reservedRange.some((range) => range.start <= start && range.end >= end),
    );
    const lostName = from.proto.reservedName.some((name) => !to.proto.reservedName.includes(name));
    if (lost || lostName) {
      this.#add("RESERVED_MESSAGE_NO_DELETE", to, "reserved", `${to.typeName} gives up what it had reserved`);
    }
  }

  #deletedField(field: DescField, to: DescMessage): void {
    const { reservedName, reservedRange } = to.proto;
    if (!reservedRange.some(({ start, end }) => field.number >= start && field.number < end)) {
      const advice = `field ${field.number} (${field.name}) was deleted: add "reserved ${field.number};"`;
      this.#add("FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", to, field.number, advice);
    }
    if (!reservedName.includes(field.name)) {
      const advice = `field ${field.number} (${field.name}) was deleted: add reserved "${field.name}";`;
      this.#add("FIELD_NO_DELETE_UNLESS_NAME_RESERVED", to, field.number, advice);
    }
  }

  #field(from: DescField, to: DescField, home: DescMessage): void {
    const name = `field ${from.number} (${from.name})`;
    if (from.name !== to.name) {
      this.#add(
        "FIELD_SAME_NAME",
        home,
        from.number,
        `${name} is now ${to.name}; the text format carries the name`,
      );
    }
    if (from.jsonName !== to.jsonName) {
      const change = `${name} was ${from.jsonName} in JSON and is ${to.jsonName}; keep it with [json_name]`;
      this.#add("FIELD_SAME_JSON_NAME", home, from.number, change);
    }
    if (oneofName(from) !== oneofName(to)) {
      const change = `${name} moved from ${describeOneof(from)} to ${describeOneof(to)}`;
      this.#add("FIELD_SAME_ONEOF", home, from.number, change);
    }
    if (cardinality(from) !== cardinality(to)) {
      const change = `${name} was ${cardinality(from)} and is ${cardinality(to)}`;
      this.#add("FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", home, from.number, change);
    } else if (!typesFit(from, to)) {
      const change = `${name} changed its type; a new field under a new number keeps both readable`;
      this.#add("FIELD_WIRE_JSON_COMPATIBLE_TYPE", home, from.number, change);
    }
  }

  #requiredFields(from: DescMessage, to: DescMessage): void {
    for (const field of [...from.fields, ...to.fields]) {
      if (!isRequired(field)) continue;
      const other = (field.parent === from ? to : from).fields.find(({ number }) => number === field.number);
      if (other !== undefined && isRequired(other)) continue;
      const change = field.parent === from ? "was required and is no longer" : "became required";
      this.#add(
        "MESSAGE_SAME_REQUIRED_FIELDS",
        to,
        field.number,
        `field ${field.number} (${field.name}) ${change}`,
      );
    }
  }

  enum(from: DescEnum, to: DescEnum): void {
    for (const number of new Set(from.values.map((value) => value.number))) {
      const names = namesOf(from, number);
      const newNames = namesOf(to, number);
      if (newNames.length === 0) this.#deletedValue(names, number, to);
      else if (!names.some((name) => newNames.includes(name))) {
        const change = `${number} was ${names.join(", ")} and is ${newNames.join(", ")}; JSON carries the name`;
        this.#add("ENUM_VALUE_SAME_NAME", to, number, change);
      }
    }
    const lost = from.proto.reservedRange.some(
      ({ start, end }) => !to.proto.reservedRange.some((range) => range.start <= start && range.end >= end),
    );
    const lostName = from.proto.reservedName.some((name) => !to.proto.reservedName.includes(name));
    if (lost || lostName) {
      this.#add("RESERVED_ENUM_NO_DELETE", to, "reserved", `${to.typeName} gives up what it had reserved`);
    }
  }

  #deletedValue(names: readonly string[], number: number, to: DescEnum): void {
    const { reservedName, reservedRange } = to.proto;
    if (!reservedRange.some(({ start, end }) => number >= start && number <= end)) {
      const advice = `${names.join(", ")} was deleted: add "reserved ${number};"`;
      this.#add("ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", to, number, advice);
    }
    for (const name of names.filter((one) => !reservedName.includes(one))) {
      const advice = `${name} was deleted: add reserved "${name}";`;
      this.#add("ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", to, number, advice);
    }
  }
}

function allMessages(home: DescFile | DescMessage): DescMessage[] {
  const own = home.kind === "file" ? home.messages : home.nestedMessages;
  return own.flatMap((message) => [message, ...allMessages(message)]);
}

function allEnums(file: DescFile): DescEnum[] {
  return [...file.enums, ...allMessages(file).flatMap((message) => message.nestedEnums)];
}

function namesOf(type: DescEnum, number: number): string[] {
  return type.values.filter((value) => value.number === number).map((value) => value.name);
}

function isRequired(field: DescField): boolean {
  return field.presence === Presence.LEGACY_REQUIRED;
}

function oneofName(field: DescField): string | undefined {
  return field.proto.proto3Optional ? undefined : field.oneof?.name;
}

function describeOneof(field: DescField): string {
  const name = oneofName(field);
  return name === undefined ? "outside any oneof" : `the oneof ${name}`;
}

function cardinality(field: DescField): string {
  return field.fieldKind === "list" ? "repeated" : field.fieldKind === "map" ? "a map" : "singular";
}

/** Scalars that read as each other on the wire and in JSON. */
const jsonGroups: Partial<Record<ScalarType, ScalarType>> = {
  [ScalarType.UINT32]: ScalarType.INT32,
  [ScalarType.UINT64]: ScalarType.INT64,
  [ScalarType.SFIXED32]: ScalarType.FIXED32,
  [ScalarType.SFIXED64]: ScalarType.FIXED64,
};

function typesFit(from: DescField, to: DescField): boolean {
  if (from.message !== undefined || to.message !== undefined) {
    return from.message?.typeName === to.message?.typeName;
  }
  if (from.enum !== undefined && to.enum !== undefined) return enumsFit(from.enum, to.enum);
  if (from.scalar === undefined || to.scalar === undefined) return false;
  return (jsonGroups[from.scalar] ?? from.scalar) === (jsonGroups[to.scalar] ?? to.scalar);
}

/** Another enum will do when its short name is the same and it knows every value. */
function enumsFit(from: DescEnum, to: DescEnum): boolean {
  if (from.typeName === to.typeName) return true;
  const knows = (name: string, number: number): boolean => namesOf(to, number).includes(name);
  return from.name === to.name && from.values.every((value) => knows(value.name, value.number));
}
