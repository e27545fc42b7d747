import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FileDescriptorProto,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { defaultText } from "./default-value.ts";
import { interpretOptions } from "./interpret-options.ts";
import { FIELD_NUMBER_MAX, MESSAGE_SET_NUMBER_MAX } from "./limits.ts";
import { NameResolver } from "./name-resolver.ts";
import type { ParsedFile, TypeReference } from "./parsed-file.ts";
import { declaredSymbols, type ProtoSymbol } from "./symbols.ts";
import { invalidSchema } from "./token.ts";
import { validateFile } from "./validate-file.ts";

/**
 * Turns a parsed file into a complete descriptor: names become absolute, defaults and options get their values,
 * and the rules of the language are checked.
 *
 * @param linked Every file it depends on, directly or not, by name; each has been linked before.
 * @throws SchemaError `INVALID_SCHEMA` with file, line and column.
 */
export function linkFile(
  parsed: ParsedFile,
  linked: ReadonlyMap<string, FileDescriptorProto>,
): FileDescriptorProto {
  const { proto } = parsed;
  const visible = visibleFiles(proto, linked);
  const hidden = [...linked.values()].filter((file) => !visible.includes(file));
  const resolver = new NameResolver(ownSymbols(parsed, linked), visible, hidden);
  for (const reference of parsed.references) resolveReference(reference, resolver);
  for (const { field, value } of parsed.defaults) {
    const enumType =
      field.type === Type.ENUM ? resolver.find(field.typeName.slice(1))?.descriptor : undefined;
    field.defaultValue = defaultText(field, value, enumType as EnumDescriptorProto | undefined);
  }
  interpretOptions(parsed, linked, resolver);
  for (const message of proto.messageType) widenMessageSet(message);
  validateFile(parsed, resolver);
  return proto;
}

/** In a message set, `max` means more than elsewhere. */
function widenMessageSet(message: DescriptorProto): void {
  if (message.options?.messageSetWireFormat === true) {
    for (const range of message.extensionRange) {
      if (range.end === FIELD_NUMBER_MAX + 1) range.end = MESSAGE_SET_NUMBER_MAX + 1;
    }
  }
  for (const nested of message.nestedType) widenMessageSet(nested);
}

/** What a file sees: what it imports, and what that imports publicly. */
function visibleFiles(
  proto: FileDescriptorProto,
  linked: ReadonlyMap<string, FileDescriptorProto>,
): FileDescriptorProto[] {
  const visible = new Set<FileDescriptorProto>();
  const add = (name: string): void => {
    const file = linked.get(name);
    if (file === undefined || visible.has(file)) return;
    visible.add(file);
    for (const index of file.publicDependency) add(file.dependency[index]!);
  };
  for (const name of [...proto.dependency, ...proto.optionDependency]) add(name);
  return [...visible];
}

/** The names a file declares; each once, and none that another file of the set has. */
function ownSymbols(
  parsed: ParsedFile,
  linked: ReadonlyMap<string, FileDescriptorProto>,
): Map<string, ProtoSymbol> {
  const others = new NameResolver(new Map(), [...linked.values()], []);
  const own = new Map<string, ProtoSymbol>();
  for (const symbol of declaredSymbols(parsed.proto)) {
    const earlier = own.get(symbol.fullName) ?? others.find(symbol.fullName);
    if (earlier !== undefined && !(earlier.kind === "package" && symbol.kind === "package")) {
      const home = earlier.file === symbol.file ? "" : ` in ${earlier.file}`;
      const location = symbol.descriptor && parsed.sources.get(symbol.descriptor)?.location;
      const hint = symbol.kind === "enum value" ? "; enum values share the scope their enum stands in" : "";
      throw invalidSchema(`${symbol.fullName} is already defined as ${earlier.kind}${home}${hint}`, location);
    }
    own.set(symbol.fullName, symbol);
  }
  return own;
}

function resolveReference(reference: TypeReference, resolver: NameResolver): void {
  const { target, name, scope, location } = reference;
  const isType = (symbol: ProtoSymbol): boolean => symbol.kind === "message" || symbol.kind === "enum";
  const symbol = resolver.resolve(name, scope, isType);
  if (symbol === undefined) {
    const home = resolver.hiddenHome(name, scope);
    const advice =
      home === undefined ? "define it, or import the file that does" : `it is in ${home}; import that file`;
    throw invalidSchema(`the type ${name} is not known here: ${advice}`, location);
  }
  if (!isType(symbol) || (target.kind !== "type" && symbol.kind !== "message")) {
    const wanted = target.kind === "type" ? "a type" : "a message";
    throw invalidSchema(`${name} is not ${wanted} but a ${symbol.kind}`, location);
  }
  const absolute = `.${symbol.fullName}`;
  switch (target.kind) {
    case "type":
      target.field.typeName = absolute;
      target.field.type = symbol.kind === "enum" ? Type.ENUM : Type.MESSAGE;
      break;
    case "extendee":
      target.field.extendee = absolute;
      break;
    case "input":
      target.method.inputType = absolute;
      break;
    case "output":
      target.method.outputType = absolute;
      break;
  }
}
