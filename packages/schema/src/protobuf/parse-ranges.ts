import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProto_ExtensionRangeSchema,
  DescriptorProto_ReservedRangeSchema,
  type EnumDescriptorProto,
  EnumDescriptorProto_EnumReservedRangeSchema,
} from "@bufbuild/protobuf/wkt";
import { FIELD_NUMBER_MAX } from "./limits.ts";
import type { ParseContext } from "./parse-context.ts";
import { parseBracketedOptions } from "./parse-options.ts";

/** Reads `extensions 100 to 199, 500 [options];` from behind the keyword. */
export function parseExtensionRanges(context: ParseContext, message: DescriptorProto, scope: string): void {
  const { stream, file } = context;
  const first = message.extensionRange.length;
  const values: string[] = [];
  do {
    const token = stream.peek();
    const { start, end, text } = parseRange(context, 1, FIELD_NUMBER_MAX);
    const range = create(DescriptorProto_ExtensionRangeSchema, { start, end: end + 1 });
    context.declare(range, token);
    values.push(text);
    message.extensionRange.push(range);
  } while (stream.accept(","));
  context.write(file.written.extensions, message, { values, first });
  // Options behind several ranges count for each of them.
  const ranges = message.extensionRange.slice(first);
  const optionsBefore = file.options.length;
  parseBracketedOptions(context, ranges[0]!, scope);
  const written = file.options.slice(optionsBefore);
  for (const owner of ranges.slice(1))
    file.options.push(...written.map((option) => ({ ...option, owner, inherited: true })));
  stream.expect(";", "at the end of the extension ranges");
}

/** Reads `reserved 2, 4 to max;` or `reserved "name";` of a message, from behind the keyword. */
export function parseMessageReserved(context: ParseContext, message: DescriptorProto): void {
  if (parseReservedNames(context, message)) return;
  const values: string[] = [];
  do {
    const { start, end, text } = parseRange(context, 1, FIELD_NUMBER_MAX);
    message.reservedRange.push(create(DescriptorProto_ReservedRangeSchema, { start, end: end + 1 }));
    values.push(text.replace("max", `${end}`));
  } while (context.stream.accept(","));
  context.write(context.file.written.reserved, message, values);
  context.stream.expect(";", "at the end of the reserved ranges");
}

/** The same for an enum, whose ranges include their end and may be negative. */
export function parseEnumReserved(context: ParseContext, target: EnumDescriptorProto): void {
  if (parseReservedNames(context, target)) return;
  const values: string[] = [];
  do {
    const { start, end, text } = parseRange(context, -2_147_483_648, 2_147_483_647);
    target.reservedRange.push(create(EnumDescriptorProto_EnumReservedRangeSchema, { start, end }));
    values.push(text.replace("max", `${end}`));
  } while (context.stream.accept(","));
  context.write(context.file.written.reserved, target, values);
  context.stream.expect(";", "at the end of the reserved ranges");
}

/** Names are strings in proto2 and proto3 and identifiers in editions. */
function parseReservedNames(context: ParseContext, owner: DescriptorProto | EnumDescriptorProto): boolean {
  const { stream } = context;
  const names = owner.reservedName;
  const before = names.length;
  const kind = stream.peek().kind;
  if (kind !== "string" && kind !== "identifier") return false;
  const editions = context.syntax === "editions";
  if ((kind === "identifier") !== editions) {
    const form = editions ? "identifiers, without quotes, in editions" : "strings, in quotes";
    stream.fail(`reserved names are written as ${form}`);
  }
  do {
    const token = stream.peek();
    const name = editions ? stream.identifier("a name").text : stream.string("a name").toString("utf8");
    if (names.includes(name)) stream.fail(`the name "${name}" is reserved twice`, token);
    names.push(name);
  } while (stream.accept(","));
  const written = names.slice(before).map((name) => (editions ? name : JSON.stringify(name)));
  context.write(context.file.written.reserved, owner, written);
  stream.expect(";", "at the end of the reserved names");
  return true;
}

interface WrittenRange {
  readonly start: number;
  /** The last number of the range. */
  readonly end: number;
  readonly text: string;
}

function parseRange(context: ParseContext, min: number, max: number): WrittenRange {
  const { stream } = context;
  const first = stream.peek();
  const start = boundedInteger(context, min, max);
  if (!stream.accept("to")) return { start, end: start, text: `${start}` };
  const end = stream.accept("max") ? max : boundedInteger(context, min, max);
  if (end < start) stream.fail(`the range ends at ${end}, before its start ${start}; swap them`, first);
  return { start, end, text: `${start} to ${end === max ? "max" : end}` };
}

/** An integer between two bounds, both included. */
export function boundedInteger(context: ParseContext, min: number, max: number): number {
  const { value, token } = context.stream.integer("a number");
  if (value < BigInt(min) || value > BigInt(max)) {
    context.stream.fail(`${value} is outside ${min} to ${max}`, token);
  }
  return Number(value);
}
