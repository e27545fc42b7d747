import type { AvroEnum, AvroField, AvroRecord } from "@letterpress/schema";
import { indentAt, itemsAt, membersAt, offsetOf, valueAt } from "./json-text.ts";
import { applyEdits, type TextEdit } from "./text-edit.ts";

/** A member added to the end of an object: a default, an alias. */
export function addMember(
  text: string,
  at: { readonly location: AvroField["location"] },
  key: string,
  json: string,
): TextEdit {
  const object = offsetOf(text, at.location);
  const last = membersAt(text, object).at(-1)!;
  const isOneLine = !text.slice(object, last.value.start).includes("\n");
  const gap = isOneLine ? " " : `\n${indentAt(text, lastLineStart(text, object, last.value.start))}`;
  return insertion(last.value.end, `,${gap}"${key}": ${json}`);
}

/** A field put at the end of a record. `json` is its text, on one line. */
export function addField(text: string, record: AvroRecord, json: string): TextEdit {
  const fields = membersAt(text, offsetOf(text, record.location)).find(({ key }) => key === "fields")!;
  const items = itemsAt(text, fields.value.start);
  const last = items.at(-1);
  if (last === undefined) return { ...fields.value, text: `[${json}]` };
  const isOneLine = !text.slice(fields.value.start, last.start).includes("\n");
  return insertion(last.end, isOneLine ? `, ${json}` : `,\n${indentAt(text, last.start)}${json}`);
}

/** A field as another text has it, with a default in addition. */
export function fieldWithDefault(text: string, field: AvroField, json: string): string {
  const found = fieldText(text, field);
  const last = membersAt(found, 0).at(-1)!;
  return `${found.slice(0, last.value.end)}, "default": ${json}${found.slice(last.value.end)}`;
}

/** A field as another text has it. */
export function fieldText(text: string, field: AvroField): string {
  const { start, end } = valueAt(text, offsetOf(text, field.location));
  return onOneLine(text.slice(start, end));
}

/** A field as another text has it, under its name alone. */
export function fieldWithoutAliases(text: string, field: AvroField): string {
  const found = fieldText(text, field);
  return applyEdits(found, [removeMember(found, { location: { line: 1, column: 1 } }, "aliases")]);
}

/** The type of a field, or null, which comes first so that it can be the default. */
export function optionalType(text: string, field: AvroField): string {
  const { start, end } = memberOf(text, field, "type")!.value;
  if (field.type.kind === "null") return '["null"]';
  if (field.type.kind !== "union" || text[start] !== "[")
    return `["null", ${onOneLine(text.slice(start, end))}]`;
  const branches = itemsAt(text, start).map((item) => onOneLine(text.slice(item.start, item.end)));
  return `[${['"null"', ...branches.filter((branch) => branch !== '"null"')].join(", ")}]`;
}

/** A member with another value. */
export function replaceMember(
  text: string,
  at: { readonly location: AvroField["location"] },
  key: string,
  json: string,
): TextEdit {
  return { ...memberOf(text, at, key)!.value, text: json };
}

/** A member taken away, with the comma that went with it. */
export function removeMember(
  text: string,
  at: { readonly location: AvroField["location"] },
  key: string,
): TextEdit {
  const object = offsetOf(text, at.location);
  const members = membersAt(text, object);
  const index = members.findIndex((member) => member.key === key);
  const { end } = members[index]!.value;
  if (index > 0) return { start: members[index - 1]!.value.end, end, text: "" };
  return { start: object + 1, end: members.length === 1 ? end : text.indexOf(",", end) + 1, text: "" };
}

/** Symbols put at the end of an enum. */
export function addSymbols(text: string, type: AvroEnum, symbols: readonly string[]): TextEdit {
  const list = membersAt(text, offsetOf(text, type.location)).find(({ key }) => key === "symbols")!;
  const last = itemsAt(text, list.value.start).at(-1);
  const added = symbols.map((symbol) => JSON.stringify(symbol)).join(", ");
  return insertion(last?.end ?? list.value.start + 1, last === undefined ? added : `, ${added}`);
}

/** The symbols of an enum, as another text has them. */
export function replaceSymbols(text: string, type: AvroEnum, symbols: readonly string[]): TextEdit {
  const list = membersAt(text, offsetOf(text, type.location)).find(({ key }) => key === "symbols")!;
  return { ...list.value, text: `[${symbols.map((symbol) => JSON.stringify(symbol)).join(", ")}]` };
}

/** A field's type, as another text has it. */
export function replaceType(
  text: string,
  field: AvroField,
  source: { readonly text: string; readonly field: AvroField },
): TextEdit {
  const { value } = memberOf(text, field, "type")!;
  const { value: other } = memberOf(source.text, source.field, "type")!;
  return { ...value, text: source.text.slice(other.start, other.end) };
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

function memberOf(text: string, at: { readonly location: AvroField["location"] }, key: string) {
  return membersAt(text, offsetOf(text, at.location)).find((member) => member.key === key);
}

function insertion(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}

/** Where the text of the last line between two offsets begins, behind its indentation. */
function lastLineStart(text: string, from: number, to: number): number {
  const lineStart = text.lastIndexOf("\n", to) + 1;
  return Math.max(from, lineStart + /^[ \t]*/.exec(text.slice(lineStart))![0].length);
}
