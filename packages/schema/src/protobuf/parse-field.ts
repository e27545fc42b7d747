import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  MessageOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { FIELD_NUMBER_MAX, FIELD_NUMBERS_INTERNAL, MESSAGE_SET_NUMBER_MAX } from "./limits.ts";
import { jsonName, mapEntryName } from "./names.ts";
import { type ParseContext, qualify } from "./parse-context.ts";
import { parseFieldOptions } from "./parse-options.ts";
import { boundedInteger } from "./parse-ranges.ts";
import { scalarTypes } from "./scalar-types.ts";
import type { Token } from "./token.ts";

/** Where fields are declared: their scope, and the lists that fields and the types they bring along go to. */
export interface FieldHome {
  /** The scope names are looked up in: the enclosing message's full name, or the package for extensions. */
  readonly scope: string;
  /** What kind of block it is: labels and maps are allowed in some only. */
  readonly kind: "message" | "oneof" | "extend";
  readonly fields: FieldDescriptorProto[];
  /** Where map entries and groups become nested (or, for extensions, sibling) types. */
  readonly types: DescriptorProto[];
  /** The message whose fields these are, when it is one. */
  readonly message: DescriptorProto | undefined;
  /** The extended message's name as written, for extensions. */
  readonly extendee?: { readonly name: string; readonly token: Token } | undefined;
  /** Reads the body of a group; given by the message parser, which fields belong to. */
  parseGroupBody(group: DescriptorProto, scope: string): void;
}

const labels: Readonly<Record<string, Label>> = {
  optional: Label.OPTIONAL,
  required: Label.REQUIRED,
  repeated: Label.REPEATED,
};

/** Reads one field, group or map, from its label or type to the semicolon. */
export function parseField(context: ParseContext, home: FieldHome): FieldDescriptorProto {
  const { stream } = context;
  const first = stream.peek();
  const label = labels[first.text];
  if (label !== undefined) {
    if (home.kind === "oneof") stream.fail(`fields of a oneof have no label; remove "${first.text}"`);
    stream.next();
  }
  const field = create(FieldDescriptorProtoSchema, { label: label ?? Label.OPTIONAL });
  context.declare(field, first);
  if (stream.at("map") && stream.at("<", 1)) {
    if (label !== undefined) stream.fail("a map field has no label; remove it", first);
    if (home.kind !== "message") stream.fail("map fields are not allowed here; wrap the map in a message");
    parseMap(context, home, field);
  } else {
    checkLabel(context, home, label, first);
    if (stream.at("group") && context.syntax !== "editions") parseGroup(context, home, field);
    else parsePlain(context, home, field);
  }
  context.trail(field);
  if (home.extendee !== undefined) {
    const { name, token } = home.extendee;
    const target = { kind: "extendee", field } as const;
    context.file.references.push({ name, scope: home.scope, location: stream.location(token), target });
  }
  if (context.syntax === "proto3" && label === Label.OPTIONAL) field.proto3Optional = true;
  home.fields.push(field);
  return field;
}

function checkLabel(context: ParseContext, home: FieldHome, label: Label | undefined, first: Token): void {
  const { stream, syntax } = context;
  if (syntax === "proto2" && label === undefined && home.kind !== "oneof") {
    stream.fail('a proto2 field needs a label: put "optional", "repeated" or "required" before it', first);
  }
  if (syntax === "proto3" && label === Label.REQUIRED)
    stream.fail('proto3 has no "required"; remove it', first);
  if (syntax === "editions" && (label === Label.REQUIRED || label === Label.OPTIONAL)) {
    const feature = label === Label.REQUIRED ? "LEGACY_REQUIRED" : "EXPLICIT";
    stream.fail(`editions have no "${first.text}"; use [features.field_presence = ${feature}]`, first);
  }
  if (label === Label.REQUIRED && home.kind === "extend") {
    stream.fail("an extension cannot be required; make it optional", first);
  }
}

function parsePlain(context: ParseContext, home: FieldHome, field: FieldDescriptorProto): void {
  const { stream } = context;
  const typeToken = stream.peek();
  parseType(context, home.scope, field, typeToken);
  parseNameAndNumber(context, home, field);
  parseFieldOptions(context, field, home.scope);
  stream.expect(";", "at the end of the field");
}

function parseType(context: ParseContext, scope: string, field: FieldDescriptorProto, token: Token): void {
  const { stream } = context;
  const name = stream.fullIdentifier("the type of a field", true);
  const scalar = scalarTypes.get(name);
  if (scalar !== undefined) {
    field.type = scalar;
    return;
  }
  context.file.written.types.set(field, name);
  const target = { kind: "type", field } as const;
  context.file.references.push({ name, scope, location: stream.location(token), target });
}

function parseNameAndNumber(context: ParseContext, home: FieldHome, field: FieldDescriptorProto): void {
  const { stream } = context;
  field.name = stream.identifier("the name of the field").text;
  if (home.extendee !== undefined) field.extendee = home.extendee.name;
  stream.expect("=", "behind the field's name");
  const token = stream.peek();
  field.number = boundedInteger(
    context,
    1,
    home.kind === "extend" ? MESSAGE_SET_NUMBER_MAX : FIELD_NUMBER_MAX,
  );
  const [low, high] = FIELD_NUMBERS_INTERNAL;
  if (field.number >= low && field.number <= high) {
    stream.fail(`the numbers ${low} to ${high} belong to Protobuf itself; choose another`, token);
  }
  field.jsonName = jsonName(field.name);
}

function parseMap(context: ParseContext, home: FieldHome, field: FieldDescriptorProto): void {
  const { stream } = context;
  stream.next();
  stream.next();
  const keyToken = stream.peek();
  const key = entryField("key", 1);
  key.type = scalarTypes.get(stream.identifier("the type of the key").text) ?? Type.BYTES;
  if (key.type === Type.FLOAT || key.type === Type.DOUBLE || key.type === Type.BYTES) {
    stream.fail("a map's key is an integer type, bool or string", keyToken);
  }
  stream.expect(",", "between the types of key and value");
  const value = entryField("value", 2);
  parseType(context, home.scope, value, stream.peek());
  stream.expect(">", "behind the type of the value");
  parseNameAndNumber(context, home, field);
  const { options: pending } = context.file;
  const written = pending.length;
  parseFieldOptions(context, field, home.scope);
  stream.expect(";", "at the end of the field");
  // Features of the map are features of its keys and values.
  const features = pending.slice(written).filter(({ name: [first] }) => first?.name === "features");
  for (const owner of [key, value])
    pending.push(...features.map((option) => ({ ...option, owner, inherited: true })));
  field.label = Label.REPEATED;
  field.type = Type.MESSAGE;
  const name = mapEntryName(field.name);
  const options = create(MessageOptionsSchema, { mapEntry: true });
  const entry = create(DescriptorProtoSchema, { name, field: [key, value], options });
  const source = context.file.sources.get(field)!;
  for (const part of [entry, key, value]) context.file.sources.set(part, { ...source, comments: undefined });
  field.typeName = `.${qualify(home.scope, name)}`;
  home.types.push(entry);
}

function entryField(name: string, number: number): FieldDescriptorProto {
  return create(FieldDescriptorProtoSchema, { name, number, label: Label.OPTIONAL, jsonName: name });
}

function parseGroup(context: ParseContext, home: FieldHome, field: FieldDescriptorProto): void {
  const { stream } = context;
  const keyword = stream.next();
  if (context.syntax === "proto3") stream.fail("proto3 has no groups; use a nested message", keyword);
  const nameToken = stream.peek();
  parseNameAndNumber(context, home, field);
  const name = field.name;
  if (!/^[A-Z]/.test(name)) stream.fail("a group's name begins with a capital letter", nameToken);
  field.name = name.toLowerCase();
  field.jsonName = jsonName(field.name);
  field.type = Type.GROUP;
  field.typeName = `.${qualify(home.scope, name)}`;
  parseFieldOptions(context, field, home.scope);
  const group = create(DescriptorProtoSchema, { name });
  context.declare(group, keyword);
  home.types.push(group);
  home.parseGroupBody(group, qualify(home.scope, name));
}
