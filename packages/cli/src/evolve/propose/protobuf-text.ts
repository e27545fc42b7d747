import type { ProtobufSchema } from "@letterpress/schema";
import { offsetOf } from "./json-text.ts";

/** A schema and the text it was parsed from. */
export interface ProtobufText {
  readonly text: string;
  readonly parsed: ProtobufSchema;
}

export type Message = NonNullable<ReturnType<ProtobufSchema["messageAt"]>>;
export type Field = Message["fields"][number];
export type Enum = Message["nestedEnums"][number];

/** A declaration and where it stands. */
export interface Declaration {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The oneof that a field is written in; that of a proto3 `optional` field is not written. */
export function oneofOf(field: Field): string | undefined {
  return field.proto.proto3Optional ? undefined : field.oneof?.name;
}

/** The messages of the file itself by their full names, nested ones included. */
export function messagesOf({ parsed }: ProtobufText): ReadonlyMap<string, Message> {
  const found = new Map<string, Message>();
  const visit = (message: Message): void => {
    found.set(message.typeName, message);
    for (const nested of message.nestedMessages) visit(nested);
  };
  for (const message of parsed.registry.getFile(parsed.file.name)!.messages) visit(message);
  return found;
}

/** The enums of the file itself by their full names, nested ones included. */
export function enumsOf(schema: ProtobufText): ReadonlyMap<string, Enum> {
  const { enums } = schema.parsed.registry.getFile(schema.parsed.file.name)!;
  const nested = [...messagesOf(schema).values()].flatMap(({ nestedEnums }) => nestedEnums);
  return new Map([...enums, ...nested].map((type) => [type.typeName, type]));
}

/** The offset at which a descriptor's declaration begins. */
export function startOf({ text, parsed }: ProtobufText, descriptor: object): number | undefined {
  const location = parsed.sources.get(descriptor)?.location;
  return location && offsetOf(text, location);
}

/** The offset behind the opening brace of a message, an enum or a oneof. */
export function bodyOf(schema: ProtobufText, descriptor: object): number | undefined {
  const start = startOf(schema, descriptor);
  return start === undefined ? undefined : schema.text.indexOf("{", start) + 1;
}

/** The declaration of a field or an enum value, its semicolon included. */
export function declarationOf(schema: ProtobufText, descriptor: object): Declaration | undefined {
  const start = startOf(schema, descriptor);
  if (start === undefined) return undefined;
  const [text] = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^;"'])*;/.exec(schema.text.slice(start)) ?? [];
  return text === undefined ? undefined : { start, end: start + text.length, text };
}

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}]/g;

/** The declaration of a message, up to its closing brace. */
export function blockOf(schema: ProtobufText, descriptor: object): Declaration | undefined {
  const start = startOf(schema, descriptor);
  if (start === undefined) return undefined;
  let depth = 0;
  for (const { 0: token, index } of schema.text.slice(start).matchAll(TOKEN)) {
    if (token === "{") depth++;
    if (token !== "}" || --depth > 0) continue;
    const end = start + index + 1;
    return { start, end, text: schema.text.slice(start, end) };
  }
  return undefined;
}

/** The indentation of the line on which an offset is. */
export function indentOf({ text }: ProtobufText, offset: number): string {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))![0];
}
