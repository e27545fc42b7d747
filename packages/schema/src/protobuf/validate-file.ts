import type { DescriptorProto, EnumDescriptorProto, FieldDescriptorProto } from "@bufbuild/protobuf/wkt";
import {
  Edition,
  FeatureSet_EnumType as EnumType,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import type { SourceLocation } from "../schema-error.ts";
import type { NameResolver } from "./name-resolver.ts";
import { jsonName } from "./names.ts";
import type { ParsedFile } from "./parsed-file.ts";
import { invalidSchema } from "./token.ts";

/** The options messages that proto3 files may extend. */
const optionsMessage =
  /^\.google\.protobuf\.(File|Message|Field|Oneof|Enum|EnumValue|Service|Method|ExtensionRange|Stream)Options$/;

/** Checks the rules that need a whole, linked file. */
export function validateFile(parsed: ParsedFile, resolver: NameResolver): void {
  new FileValidator(parsed, resolver).validate();
}

class FileValidator {
  readonly #parsed: ParsedFile;
  readonly #resolver: NameResolver;
  readonly #isProto3: boolean;

  constructor(parsed: ParsedFile, resolver: NameResolver) {
    this.#parsed = parsed;
    this.#resolver = resolver;
    this.#isProto3 = parsed.proto.syntax === "proto3";
  }

  validate(): void {
    const { proto } = this.#parsed;
    for (const message of proto.messageType) this.#message(message);
    for (const type of proto.enumType) this.#enum(type);
    for (const extension of proto.extension) this.#extension(extension);
  }

  #message(message: DescriptorProto): void {
    this.#fieldNumbers(message);
    this.#jsonNames(message);
    const reservedNames = new Set(message.reservedName);
    for (const field of message.field) {
      if (reservedNames.has(field.name))
        this.#fail(field, `the name ${field.name} is reserved; choose another`);
      this.#field(field);
    }
    if (this.#isProto3 && message.extensionRange.length > 0) {
      this.#fail(message.extensionRange[0]!, "proto3 has no extension ranges; use google.protobuf.Any");
    }
    for (const extension of message.extension) this.#extension(extension);
    for (const nested of message.nestedType) this.#message(nested);
    for (const type of message.enumType) this.#enum(type);
  }

  #fieldNumbers(message: DescriptorProto): void {
    const taken = new Map<number, string>();
    for (const field of message.field) {
      const { number } = field;
      const other = taken.get(number);
      if (other !== undefined) {
        this.#fail(
          field,
          `${field.name} has the number ${number}, which ${other} has already; choose another`,
        );
      }
      taken.set(number, field.name);
      if (message.reservedRange.some((range) => number >= range.start && number < range.end)) {
        this.#fail(field, `${field.name} has the number ${number}, which is reserved; choose another`);
      }
      if (message.extensionRange.some((range) => number >= range.start && number < range.end)) {
        this.#fail(
          field,
          `${field.name} has the number ${number}, which belongs to extensions; choose another`,
        );
      }
    }
    this.#overlaps(message);
  }

  #overlaps(message: DescriptorProto): void {
    const ranges = [...message.reservedRange, ...message.extensionRange].sort((a, b) => a.start - b.start);
    for (let index = 1; index < ranges.length; index += 1) {
      const [before, range] = [ranges[index - 1]!, ranges[index]!];
      if (range.start < before.end) {
        this.#fail(
          message,
          `${message.name} reserves or extends the number ${range.start} twice; keep it once`,
        );
      }
    }
  }

  /** Two fields cannot share a name in JSON; proto2 overlooks it when both are derived from the fields' names. */
  #jsonNames(message: DescriptorProto): void {
    if (message.options?.deprecatedLegacyJsonFieldConflicts === true) return;
    const taken = new Map<string, FieldDescriptorProto>();
    for (const field of message.field) {
      const other = taken.get(field.jsonName);
      const derived = (one: FieldDescriptorProto): boolean => one.jsonName === jsonName(one.name);
      const isLegacy =
        this.#parsed.proto.syntax === "" && other !== undefined && derived(field) && derived(other);
      if (other !== undefined && !isLegacy) {
        this.#fail(field, `${field.name} is ${field.jsonName} in JSON, as ${other.name} is; set [json_name]`);
      }
      taken.set(field.jsonName, field);
    }
  }

  #field(field: FieldDescriptorProto): void {
    if (this.#isProto3 && field.type === Type.ENUM) this.#proto3Enum(field);
    if (field.options?.packed === true && (field.label !== Label.REPEATED || !isPackable(field.type))) {
      this.#fail(field, `${field.name} cannot be packed: only repeated numbers, bools and enums can`);
    }
    if (
      this.#parsed.proto.syntax === "editions" &&
      field.options?.packed !== undefined &&
      hasOwn(field.options, "packed")
    ) {
      this.#fail(field, "editions have no option packed; use features.repeated_field_encoding");
    }
  }

  /** A closed enum cannot live in a proto3 message, which must keep values it does not know. */
  #proto3Enum(field: FieldDescriptorProto): void {
    const home = this.#resolver.find(field.typeName.slice(1));
    const type = home?.descriptor as EnumDescriptorProto | undefined;
    if (type !== undefined && type.value[0]?.number !== 0) {
      this.#fail(
        field,
        `${field.name} is of the closed enum ${home!.fullName}, which a proto3 message cannot use`,
      );
    }
  }

  #enum(type: EnumDescriptorProto): void {
    const first = type.value[0]!;
    if (this.#isOpen(type) && first.number !== 0) {
      this.#fail(
        first,
        `the first value of the enum ${type.name} must be zero; put one before ${first.name}`,
      );
    }
    const aliased = type.options?.allowAlias === true;
    const taken = new Map<number, string>();
    for (const value of type.value) {
      const other = taken.get(value.number);
      if (other !== undefined && !aliased) {
        this.#fail(
          value,
          `${value.name} has the number of ${other}; set option allow_alias = true if it is meant`,
        );
      }
      taken.set(value.number, value.name);
      if (type.reservedRange.some((range) => value.number >= range.start && value.number <= range.end)) {
        this.#fail(value, `${value.name} has the number ${value.number}, which is reserved; choose another`);
      }
      if (type.reservedName.includes(value.name)) {
        this.#fail(value, `the name ${value.name} is reserved; choose another`);
      }
    }
  }

  #isOpen(type: EnumDescriptorProto): boolean {
    const { proto } = this.#parsed;
    if (proto.edition < Edition.EDITION_2023) return this.#isProto3;
    const written = type.options?.features?.enumType || proto.options?.features?.enumType;
    return written !== EnumType.CLOSED;
  }

  #extension(extension: FieldDescriptorProto): void {
    this.#field(extension);
    const name = extension.extendee;
    if (this.#isProto3 && !optionsMessage.test(name)) {
      this.#fail(extension, `proto3 extends options only, not ${name.slice(1)}; use proto2 or an edition`);
    }
    const extendee = this.#resolver.find(name.slice(1))?.descriptor as DescriptorProto | undefined;
    const { number } = extension;
    if (!extendee?.extensionRange.some((range) => number >= range.start && number < range.end)) {
      this.#fail(extension, `${name.slice(1)} has no extension range with the number ${number}`);
    }
  }

  #fail(descriptor: object, message: string): never {
    const location: SourceLocation | undefined = this.#parsed.sources.get(descriptor)?.location;
    throw invalidSchema(message, location);
  }
}

function hasOwn(target: object, key: string): boolean {
  return Object.hasOwn(target, key);
}

function isPackable(type: Type): boolean {
  return type !== Type.STRING && type !== Type.BYTES && type !== Type.MESSAGE && type !== Type.GROUP;
}
