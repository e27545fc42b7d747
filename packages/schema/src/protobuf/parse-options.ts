import type { FieldDescriptorProto } from "@bufbuild/protobuf/wkt";
import { parseOptionValue } from "./option-value.ts";
import type { ParseContext } from "./parse-context.ts";
import type { OptionNamePart, OptionOwner } from "./parsed-file.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads `option name = value;` from behind the keyword. */
export function parseOptionStatement(context: ParseContext, owner: OptionOwner, scope: string): void {
  parseOption(context, owner, scope);
  context.stream.expect(";", "at the end of the option");
}

/** Reads `[name = value, ...]` where it stands. */
export function parseBracketedOptions(context: ParseContext, owner: OptionOwner, scope: string): void {
  if (!context.stream.accept("[")) return;
  do {
    parseOption(context, owner, scope);
  } while (context.stream.accept(","));
  context.stream.expect("]", "at the end of the options");
}

/** Reads a field's options, two of which are no options: `default` and `json_name`. */
export function parseFieldOptions(context: ParseContext, field: FieldDescriptorProto, scope: string): void {
  const { stream } = context;
  if (!stream.accept("[")) return;
  const seen = new Set<string>();
  do {
    const isPseudo = (stream.at("default") || stream.at("json_name")) && stream.at("=", 1);
    if (isPseudo) parsePseudoOption(context, field, seen);
    else parseOption(context, field, scope);
  } while (stream.accept(","));
  stream.expect("]", "at the end of the options");
}

function parsePseudoOption(context: ParseContext, field: FieldDescriptorProto, seen: Set<string>): void {
  const stream: TokenStream = context.stream;
  const token = stream.next();
  if (seen.has(token.text)) stream.fail(`${token.text} is given twice`, token);
  seen.add(token.text);
  stream.expect("=", "behind the option's name");
  const valueToken = stream.peek();
  const value = parseOptionValue(stream);
  if (token.text === "default") {
    if (context.syntax === "proto3") {
      stream.fail("proto3 has no default values; remove this one or use proto2 or an edition", token);
    }
    context.file.defaults.push({ field, value });
    return;
  }
  if (field.extendee !== "") stream.fail("json_name does not exist for extensions", token);
  if (value.kind !== "string") stream.fail("json_name takes a string", valueToken);
  field.jsonName = value.bytes.toString("utf8");
  context.file.written.jsonNames.set(field, field.jsonName);
}

function parseOption(context: ParseContext, owner: OptionOwner, scope: string): void {
  const { stream } = context;
  const location = stream.location();
  const name: OptionNamePart[] = [];
  do {
    if (stream.accept("(")) {
      name.push({ name: stream.fullIdentifier("the name of an extension", true), isExtension: true });
      stream.expect(")", "behind the name");
    } else {
      name.push({ name: stream.identifier("the name of an option").text, isExtension: false });
    }
  } while (stream.accept("."));
  stream.expect("=", "behind the option's name");
  context.file.options.push({ owner, scope, name, value: parseOptionValue(stream), location });
}
