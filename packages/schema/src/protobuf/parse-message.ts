import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FileDescriptorProto,
  OneofDescriptorProtoSchema,
  SymbolVisibility,
} from "@bufbuild/protobuf/wkt";
import { type ParseContext, parentScope, qualify } from "./parse-context.ts";
import { parseEnum } from "./parse-enum.ts";
import { type FieldHome, parseField } from "./parse-field.ts";
import { parseOptionStatement } from "./parse-options.ts";
import { parseExtensionRanges, parseMessageReserved } from "./parse-ranges.ts";

/** Reads `message Name { ... }` from the keyword on. */
export function parseMessage(
  context: ParseContext,
  scope: string,
  list: DescriptorProto[],
  visibility?: SymbolVisibility,
): void {
  const keyword = context.stream.next();
  const name = context.stream.identifier("the name of the message").text;
  const message = create(DescriptorProtoSchema, { name });
  if (visibility !== undefined) message.visibility = visibility;
  context.declare(message, keyword);
  list.push(message);
  parseMessageBody(context, message, qualify(scope, name));
}

/** Reads a message's or group's block, from its opening to its closing brace. */
function parseMessageBody(context: ParseContext, message: DescriptorProto, fullName: string): void {
  const { stream } = context;
  stream.expect("{", "to open the block");
  context.trail(message);
  const home: FieldHome = {
    scope: fullName,
    kind: "message",
    fields: message.field,
    types: message.nestedType,
    message,
    parseGroupBody: (group, scope) => parseMessageBody(context, group, scope),
  };
  context.nested(() => {
    while (!stream.accept("}")) parseMember(context, message, home);
  });
  if (context.syntax === "proto3") addSyntheticOneofs(message);
}

function parseMember(context: ParseContext, message: DescriptorProto, home: FieldHome): void {
  const { stream } = context;
  const keyword = stream.peek();
  switch (keyword.text) {
    case ";":
      stream.next();
      return;
    case "message":
      parseMessage(context, home.scope, message.nestedType);
      return;
    case "enum":
      parseEnum(context, home.scope, message.enumType);
      return;
    case "oneof":
      parseOneof(context, message, home);
      return;
    case "extend":
      parseExtend(context, home.scope, message);
      return;
    case "extensions":
      stream.next();
      parseExtensionRanges(context, message, home.scope);
      return;
    case "reserved":
      stream.next();
      parseMessageReserved(context, message);
      return;
    case "option":
      stream.next();
      parseOptionStatement(context, message, parentScope(home.scope));
      return;
  }
  const visibility = parseVisibility(context);
  if (visibility === undefined) parseField(context, home);
  else if (stream.at("enum")) parseEnum(context, home.scope, message.enumType, visibility);
  else parseMessage(context, home.scope, message.nestedType, visibility);
}

/** Reads `export` or `local` before a message or an enum, as editions from 2024 have it. */
export function parseVisibility(context: ParseContext): SymbolVisibility | undefined {
  const { stream } = context;
  const word = stream.peek();
  if (context.syntax !== "editions" || (word.text !== "export" && word.text !== "local")) return undefined;
  if (!stream.at("message", 1) && !stream.at("enum", 1)) return undefined;
  if (stream.peek(2).kind !== "identifier") return undefined;
  stream.next();
  return word.text === "export" ? SymbolVisibility.VISIBILITY_EXPORT : SymbolVisibility.VISIBILITY_LOCAL;
}

function parseOneof(context: ParseContext, message: DescriptorProto, home: FieldHome): void {
  const { stream } = context;
  const keyword = stream.next();
  const oneof = create(OneofDescriptorProtoSchema, { name: stream.identifier("the name of the oneof").text });
  context.declare(oneof, keyword);
  const oneofIndex = message.oneofDecl.push(oneof) - 1;
  stream.expect("{", "to open the oneof");
  context.trail(oneof);
  const count = home.fields.length;
  while (!stream.accept("}")) {
    if (stream.accept(";")) continue;
    if (stream.at("option") && !stream.at("=", 2)) {
      stream.next();
      parseOptionStatement(context, oneof, home.scope);
    } else {
      parseField(context, { ...home, kind: "oneof" }).oneofIndex = oneofIndex;
    }
  }
  if (home.fields.length === count) stream.fail("a oneof needs at least one field", keyword);
}

/** Reads `extend Name { fields }` from the keyword on. */
export function parseExtend(
  context: ParseContext,
  scope: string,
  owner: DescriptorProto | FileDescriptorProto,
): void {
  const { stream } = context;
  const keyword = stream.next();
  const token = stream.peek();
  const extendee = { name: stream.fullIdentifier("the name of the extended message", true), token };
  stream.expect("{", "to open the block");
  const fields = owner.extension;
  const count = fields.length;
  const home: FieldHome = {
    scope,
    kind: "extend",
    fields,
    types: "nestedType" in owner ? owner.nestedType : owner.messageType,
    message: undefined,
    extendee,
    parseGroupBody: (group, fullName) => parseMessageBody(context, group, fullName),
  };
  while (!stream.accept("}")) {
    if (!stream.accept(";")) parseField(context, home);
  }
  if (fields.length === count) stream.fail("an extend block needs at least one field", keyword);
  context.write(context.file.written.extends, owner, {
    extendee: extendee.name,
    fields: fields.slice(count),
  });
}

/** Each proto3 `optional` field is the only member of a oneof of its own, behind the written ones. */
function addSyntheticOneofs(message: DescriptorProto): void {
  const taken = new Set([...message.field, ...message.oneofDecl].map((member) => member.name));
  for (const field of message.field) {
    if (!field.proto3Optional) continue;
    let name = field.name.startsWith("_") ? field.name : `_${field.name}`;
    while (taken.has(name)) name = `X${name}`;
    taken.add(name);
    field.oneofIndex = message.oneofDecl.push(create(OneofDescriptorProtoSchema, { name })) - 1;
  }
}
