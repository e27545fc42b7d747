import type { ProtobufSchema } from "@letterpress/schema";
import type { Fix } from "./avro-proposals.ts";
import { offsetOf } from "./json-text.ts";
import type { TextEdit } from "./text-edit.ts";

/** A schema and the text it was parsed from. */
export interface ProtobufText {
  readonly text: string;
  readonly parsed: ProtobufSchema;
}

const FIELD_NUMBER_MAX = 2 ** 29 - 1;

type Messages = ReadonlyMap<string, Message>;
type Message = NonNullable<ReturnType<ProtobufSchema["messageAt"]>>;
type Field = Message["fields"][number];

/** How to make an edited Protobuf schema fit, and keep what was deleted from being used again. */
export function protobufFixes(edited: ProtobufText, latest: ProtobufText): Fix[] {
  const fixes: Fix[] = [];
  const before = messagesOf(latest.parsed);
  for (const [name, message] of messagesOf(edited.parsed)) {
    const old = before.get(name);
    if (old !== undefined) fixes.push(...messageFixes(message, old, edited, latest));
  }
  return fixes;
}

function messageFixes(message: Message, old: Message, edited: ProtobufText, latest: ProtobufText): Fix[] {
  const inside = bodyOf(edited, message);
  if (inside === undefined) return [];
  const fixes: Fix[] = [];
  let next = highestNumber(message, old);
  for (const field of old.fields) {
    const now = message.fields.find(({ number }) => number === field.number);
    const written = declarationOf(latest, field);
    if (now === undefined) {
      if (field.oneof === undefined || field.proto.proto3Optional)
        fixes.push(...reserve(message, field, inside));
      else if (written !== undefined) fixes.push(...keepInOneof(message, field, written.text, edited));
    } else if (shapeOf(now) !== shapeOf(field) && written !== undefined) {
      const declaration = declarationOf(edited, now);
      if (declaration === undefined) continue;
      const name = `${now.name}_v2`;
      const moved = declaration.text.replace(
        new RegExp(`\\b${now.name}(\\s*=\\s*)${now.number}\\b`),
        `${name}$1${++next}`,
      );
      const edit = {
        start: declaration.start,
        end: declaration.end,
        text: `${written.text}\n${indent(edited, now)}${moved}`,
      };
      fixes.push({
        title: `keep field ${field.number} as it was and put the new one beside it as "${name}"`,
        now: [edit],
        later: undefined,
      });
    }
  }
  return fixes;
}

/** The highest number that a field has, or that is reserved for none; "to max" leaves nothing above it. */
function highestNumber(...messages: readonly Message[]): number {
  const taken = messages.flatMap(({ fields, proto }) => [
    ...fields.map(({ number }) => number),
    ...proto.reservedRange.map(({ end }) => end - 1).filter((number) => number < FIELD_NUMBER_MAX),
  ]);
  return Math.max(0, ...taken);
}

/** A deleted field is safe when nobody can take its number or its name again. */
function reserve(message: Message, field: Field, inside: number): Fix[] {
  const { reservedRange, reservedName } = message.proto;
  const statements = [
    ...(reservedRange.some(({ start, end }) => field.number >= start && field.number < end)
      ? []
      : [`reserved ${field.number};`]),
    ...(reservedName.includes(field.name) ? [] : [`reserved "${field.name}";`]),
  ];
  if (statements.length === 0) return [];
  const edit: TextEdit = {
    start: inside,
    end: inside,
    text: statements.map((each) => `\n  ${each}`).join(""),
  };
  return [
    {
      title: `reserve number ${field.number} and the name "${field.name}" of ${message.name}`,
      now: [edit],
      later: undefined,
    },
  ];
}

/** Readers tell the fields of a oneof apart: one that goes would be lost without a trace. */
function keepInOneof(message: Message, field: Field, text: string, edited: ProtobufText): Fix[] {
  const oneof = message.oneofs.find(({ name }) => name === field.oneof!.name);
  const source = oneof && edited.parsed.sources.get(oneof.proto)?.location;
  if (source === undefined) return [];
  const inside = edited.text.indexOf("{", offsetOf(edited.text, source)) + 1;
  const edit: TextEdit = { start: inside, end: inside, text: `\n    ${text}` };
  return [{ title: `keep "${field.name}" in the oneof ${oneof!.name}`, now: [edit], later: undefined }];
}

function messagesOf(schema: ProtobufSchema): Messages {
  const found = new Map<string, Message>();
  const visit = (message: Message): void => {
    found.set(message.typeName, message);
    for (const nested of message.nestedMessages) visit(nested);
  };
  for (const message of schema.registry.getFile(schema.file.name)!.messages) visit(message);
  return found;
}

/** What readers of a field depend on. */
function shapeOf(field: Field): string {
  const type = field.message?.typeName ?? field.enum?.typeName ?? `${field.scalar}`;
  return `${field.fieldKind} ${type} ${field.oneof?.name ?? ""}`;
}

/** The offset behind a message's opening brace. */
function bodyOf({ text, parsed }: ProtobufText, message: Message): number | undefined {
  const location = parsed.sources.get(message.proto)?.location;
  return location && text.indexOf("{", offsetOf(text, location)) + 1;
}

/** A field's declaration, its semicolon included. */
function declarationOf({ text, parsed }: ProtobufText, field: Field) {
  const location = parsed.sources.get(field.proto)?.location;
  if (location === undefined) return undefined;
  const start = offsetOf(text, location);
  const [declaration] = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^;"'])*;/.exec(text.slice(start)) ?? [];
  return declaration === undefined
    ? undefined
    : { start, end: start + declaration.length, text: declaration };
}

function indent({ text, parsed }: ProtobufText, field: Field): string {
  const location = parsed.sources.get(field.proto)!.location;
  return " ".repeat(offsetOf(text, location) - offsetOf(text, { ...location, column: 1 }));
}
