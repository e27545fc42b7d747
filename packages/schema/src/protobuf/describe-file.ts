import { fromBinary, type Registry } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { describeDefault, describeOptions } from "./describe-options.ts";
import { FIELD_NUMBER_MAX, TEXT_LENGTH_MAX } from "./limits.ts";
import { jsonName } from "./names.ts";
import { ParseContext } from "./parse-context.ts";
import type { OptionOwner, ParsedFile } from "./parsed-file.ts";
import { printString } from "./print-option.ts";
import { TokenStream } from "./token-stream.ts";

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Reads a schema text that is a base64 file descriptor, as Confluent's clients send; undefined when it is none. */
export function decodeFileDescriptor(text: string, fileName: string): FileDescriptorProto | undefined {
  if (text.length > TEXT_LENGTH_MAX || !base64.test(text)) return undefined;
  try {
    const proto = fromBinary(FileDescriptorProtoSchema, Buffer.from(text, "base64"));
    proto.name = fileName;
    return proto;
  } catch {
    return undefined;
  }
}

/**
 * What somebody would have written to get a descriptor: the side tables of a parsed file, so that it can be printed.
 *
 * @param registry Where the extensions are known that its options use; options not known there are left out.
 */
export function describeFile(proto: FileDescriptorProto, registry: Registry): ParsedFile {
  return new Describer(proto, registry).describe();
}

class Describer {
  readonly #proto: FileDescriptorProto;
  readonly #registry: Registry;
  readonly #file: ParsedFile;

  constructor(proto: FileDescriptorProto, registry: Registry) {
    this.#proto = proto;
    this.#registry = registry;
    this.#file = { ...new ParseContext(new TokenStream([], proto.name), proto.name).file, proto };
  }

  describe(): ParsedFile {
    const proto = this.#proto;
    this.#file.written.syntax = syntaxLine(proto);
    if (proto.syntax === "proto2") proto.syntax = "";
    this.#options(proto);
    for (const message of proto.messageType) this.#message(message);
    for (const type of proto.enumType) this.#enum(type);
    this.#extensions(proto, proto.extension);
    for (const service of proto.service) {
      this.#options(service);
      for (const method of service.method) {
        this.#options(method);
        const types = { input: method.inputType, output: method.outputType };
        this.#file.written.methodTypes.set(method, types);
      }
    }
    return this.#file;
  }

  #options(owner: OptionOwner): void {
    if (owner.options === undefined) return;
    this.#file.options.push(...describeOptions(owner, this.#registry));
  }

  #message(message: DescriptorProto): void {
    this.#options(message);
    const entries = new Set(
      message.nestedType.filter((nested) => nested.options?.mapEntry === true).map((nested) => nested.name),
    );
    for (const field of message.field) {
      const isMap = entries.has(field.typeName.slice(field.typeName.lastIndexOf(".") + 1));
      this.#field(field, isMap);
    }
    for (const oneof of message.oneofDecl) this.#options(oneof);
    for (const nested of message.nestedType) this.#message(nested);
    for (const type of message.enumType) this.#enum(type);
    this.#extensions(message, message.extension);
    const ranges = message.reservedRange.map(({ start, end }) => rangeText(start, end - 1));
    this.#reserved(message, ranges, message.reservedName);
    const statements = message.extensionRange.map((range, first) => {
      this.#options(range);
      const end = range.end > FIELD_NUMBER_MAX ? "max" : range.end - 1;
      return { values: [rangeText(range.start, end)], first };
    });
    this.#file.written.extensions.set(message, statements);
  }

  #field(field: FieldDescriptorProto, isMap: boolean): void {
    const { written, defaults } = this.#file;
    this.#options(field);
    if (field.typeName !== "" && !isMap) written.types.set(field, field.typeName);
    if (Object.hasOwn(field, "defaultValue")) defaults.push({ field, value: describeDefault(field) });
    const isOwnName = field.jsonName !== "" && field.jsonName !== jsonName(field.name);
    if (isOwnName && field.extendee === "") written.jsonNames.set(field, field.jsonName);
  }

  #extensions(owner: object, extensions: readonly FieldDescriptorProto[]): void {
    for (const field of extensions) this.#field(field, false);
    const blocks = Map.groupBy(extensions, (field) => field.extendee);
    const written = [...blocks].map(([extendee, fields]) => ({ extendee, fields }));
    this.#file.written.extends.set(owner, written);
  }

  #enum(type: EnumDescriptorProto): void {
    this.#options(type);
    for (const value of type.value) this.#options(value);
    const ranges = type.reservedRange.map(({ start, end }) => rangeText(start, end));
    this.#reserved(type, ranges, type.reservedName);
  }

  #reserved(owner: object, ranges: string[], names: readonly string[]): void {
    const quoted = names.map((name) => (this.#proto.syntax === "editions" ? name : printString(name)));
    const statements = [ranges, quoted].filter((statement) => statement.length > 0);
    this.#file.written.reserved.set(owner, statements);
  }
}

function syntaxLine(proto: FileDescriptorProto): string | undefined {
  if (proto.syntax === "editions") return `edition = "${proto.edition === 1001 ? "2024" : "2023"}";`;
  return proto.syntax === "" ? undefined : `syntax = "${proto.syntax}";`;
}

function rangeText(start: number, end: number | string): string {
  return start === end ? `${start}` : `${start} to ${end}`;
}
