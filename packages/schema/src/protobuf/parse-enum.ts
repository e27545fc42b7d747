import { create } from "@bufbuild/protobuf";
import {
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  EnumValueDescriptorProtoSchema,
  type SymbolVisibility,
} from "@bufbuild/protobuf/wkt";
import { type ParseContext, qualify } from "./parse-context.ts";
import { parseBracketedOptions, parseOptionStatement } from "./parse-options.ts";
import { boundedInteger, parseEnumReserved } from "./parse-ranges.ts";

/** Reads `enum Name { ... }` from the keyword on. */
export function parseEnum(
  context: ParseContext,
  scope: string,
  list: EnumDescriptorProto[],
  visibility?: SymbolVisibility,
): void {
  const { stream } = context;
  const keyword = stream.next();
  const name = stream.identifier("the name of the enum").text;
  const target = create(EnumDescriptorProtoSchema, { name });
  if (visibility !== undefined) target.visibility = visibility;
  context.declare(target, keyword);
  list.push(target);
  stream.expect("{", "to open the block");
  context.trail(target);
  while (!stream.accept("}")) {
    if (stream.accept(";")) continue;
    const isValue = stream.at("=", 1);
    if (!isValue && stream.accept("option")) parseOptionStatement(context, target, scope);
    else if (!isValue && stream.accept("reserved")) parseEnumReserved(context, target);
    else parseValue(context, target, qualify(scope, name));
  }
  if (target.value.length === 0) stream.fail(`the enum ${name} needs at least one value`, keyword);
}

function parseValue(context: ParseContext, target: EnumDescriptorProto, scope: string): void {
  const { stream } = context;
  const first = stream.peek();
  const name = stream.identifier("the name of an enum value").text;
  stream.expect("=", "behind the value's name");
  const number = boundedInteger(context, -2_147_483_648, 2_147_483_647);
  const value = create(EnumValueDescriptorProtoSchema, { name, number });
  context.declare(value, first);
  target.value.push(value);
  parseBracketedOptions(context, value, scope);
  stream.expect(";", "at the end of the enum value");
  context.trail(value);
}
