import {
  create,
  type DescExtension,
  type DescField,
  type DescMessage,
  type FileRegistry,
  type Message,
  type MessageShape,
  mergeFromBinary,
} from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  FieldOptionsSchema,
  type FileDescriptorProto,
  FileOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import {
  encodeNested,
  encodeOption,
  messageOf,
  type OptionEncoding,
  type OptionTypes,
} from "./encode-option.ts";
import { fileRegistry } from "./file-registry.ts";
import type { NameResolver } from "./name-resolver.ts";
import type { OptionValue } from "./option-value.ts";
import type { OptionOwner, ParsedFile, PendingOption } from "./parsed-file.ts";
import { invalidSchema } from "./token.ts";

/** The message that holds the options of each kind of descriptor. */
export const optionsSchemas: Readonly<Record<OptionOwner["$typeName"], DescMessage>> = {
  "google.protobuf.FileDescriptorProto": FileOptionsSchema,
  "google.protobuf.DescriptorProto": MessageOptionsSchema,
  "google.protobuf.FieldDescriptorProto": FieldOptionsSchema,
  "google.protobuf.OneofDescriptorProto": OneofOptionsSchema,
  "google.protobuf.EnumDescriptorProto": EnumOptionsSchema,
  "google.protobuf.EnumValueDescriptorProto": EnumValueOptionsSchema,
  "google.protobuf.ServiceDescriptorProto": ServiceOptionsSchema,
  "google.protobuf.MethodDescriptorProto": MethodOptionsSchema,
  "google.protobuf.DescriptorProto.ExtensionRange": ExtensionRangeOptionsSchema,
};

/**
 * Gives every option of a file its value. The built-in ones come first, since features among them decide how the
 * file's own extensions are encoded; then the custom ones, whose extensions may be this very file's.
 */
export function interpretOptions(
  parsed: ParsedFile,
  linked: ReadonlyMap<string, FileDescriptorProto>,
  resolver: NameResolver,
): void {
  const custom = parsed.options.filter(needsExtensions);
  const builtIn = parsed.options.filter((option) => !needsExtensions(option));
  const written = new Map<OptionOwner, Set<string>>();
  const none: OptionTypes = { extension: () => undefined, message: () => undefined };
  for (const option of builtIn) interpretOption(option, none, written);
  if (custom.length === 0) return;
  const types = typesOf(fileRegistry([...linked.values(), parsed.proto]), resolver);
  for (const option of custom) interpretOption(option, types, written);
}

function needsExtensions(option: PendingOption): boolean {
  return option.name.some((part) => part.isExtension) || hasBrackets(option.value);
}

function hasBrackets(value: OptionValue): boolean {
  if (value.kind === "list") return value.values.some(hasBrackets);
  return (
    value.kind === "message" && value.fields.some((field) => field.bracketed || hasBrackets(field.value))
  );
}

function typesOf(registry: FileRegistry, resolver: NameResolver): OptionTypes {
  return {
    extension(name, scope) {
      const symbol = resolver.resolve(name, scope, (one) => one.kind === "extension");
      return symbol?.kind === "extension" ? registry.getExtension(symbol.fullName) : undefined;
    },
    message: (fullName) => registry.getMessage(fullName),
  };
}

function interpretOption(
  option: PendingOption,
  types: OptionTypes,
  written: Map<OptionOwner, Set<string>>,
): void {
  const { owner, scope } = option;
  const schema = optionsSchemas[owner.$typeName];
  const writer = new BinaryWriter();
  const path = encodePath({ writer, types, scope }, schema, option, 0);
  const seen = written.get(owner) ?? new Set();
  written.set(owner, seen);
  if (path !== undefined) {
    if (seen.has(path))
      throw invalidSchema(`the option ${optionName(option)} is given twice`, option.location);
    seen.add(path);
  }
  const holder = owner as { options?: Message };
  holder.options ??= create(schema);
  mergeFromBinary(schema, holder.options as MessageShape<DescMessage>, writer.finish());
}

/** Writes the option behind the parts of its name; gives the path of numbers unless the last one repeats. */
function encodePath(
  encoding: OptionEncoding,
  message: DescMessage,
  option: PendingOption,
  index: number,
): string | undefined {
  const part = option.name[index]!;
  const field = findField(encoding, message, option, index);
  if (index === option.name.length - 1) {
    encodeOption(encoding, field, option.value);
    return field.fieldKind === "list" || field.fieldKind === "map" ? undefined : `${field.number}`;
  }
  const inner = field.fieldKind === "message" ? messageOf(field) : undefined;
  if (inner === undefined) {
    throw invalidSchema(
      `${part.name} is no single message, so it has no ${option.name[index + 1]!.name}`,
      option.location,
    );
  }
  let rest: string | undefined;
  encodeNested(encoding.writer, field, () => {
    rest = encodePath(encoding, inner, option, index + 1);
  });
  return rest === undefined ? undefined : `${field.number}.${rest}`;
}

function findField(
  encoding: OptionEncoding,
  message: DescMessage,
  option: PendingOption,
  index: number,
): DescField | DescExtension {
  const part = option.name[index]!;
  if (!part.isExtension) {
    const field = message.fields.find((one) => one.name === part.name);
    if (field !== undefined && field.name !== "uninterpreted_option") return field;
    const hint = index === 0 ? `; custom options stand in parentheses: (${part.name})` : "";
    throw invalidSchema(`${message.typeName} has no option ${part.name}${hint}`, option.location);
  }
  const extension = encoding.types.extension(part.name, encoding.scope);
  if (extension === undefined) {
    const advice = "define it with extend, or import the file that does";
    throw invalidSchema(`the option (${part.name}) is not known here: ${advice}`, option.location);
  }
  if (extension.extendee.typeName !== message.typeName) {
    const place = `it extends ${extension.extendee.typeName}, not ${message.typeName}`;
    throw invalidSchema(`the option (${part.name}) cannot stand here: ${place}`, option.location);
  }
  return extension;
}

function optionName(option: PendingOption): string {
  return option.name.map((part) => (part.isExtension ? `(${part.name})` : part.name)).join(".");
}
