import type { Fix } from "./fix.ts";
import {
  blockOf,
  bodyOf,
  declarationOf,
  type Field,
  indentOf,
  type Message,
  oneofOf,
  type ProtobufText,
  startOf,
} from "./protobuf-text.ts";
import type { TextEdit } from "./text-edit.ts";

/** A field that was changed: as it was, as it is now, and a number that nobody has. */
export interface ChangedField {
  readonly message: Message;
  readonly field: Field;
  readonly now: Field;
  readonly number: number;
}

/** What a changed field is held against. */
export interface BesideOptions {
  readonly edited: ProtobufText;
  readonly latest: ProtobufText;
  /** Whether old readers count: to them nothing may join a oneof. */
  readonly isForwardAsked: boolean;
}

/** Keeps a field as and where it was, and puts the new one beside it under another name and number. */
export function besideFix(
  { message, field, now, number }: ChangedField,
  { edited, latest, isForwardAsked }: BesideOptions,
): Fix | undefined {
  const declaration = declarationOf(edited, now.proto);
  const written = declarationOf(latest, field.proto)?.text;
  // Where a type of another file has changed, a field of that type beside it would be no better.
  const isSameType = field.message !== undefined && field.message.typeName === now.message?.typeName;
  const isSamePlace = oneofOf(field) === oneofOf(now);
  if (declaration === undefined || written === undefined) return undefined;
  if (isSameType && isSamePlace && field.fieldKind === now.fieldKind) return undefined;
  const name = `${now.name}_v2`;
  const moved = declaration.text
    .replace(new RegExp(`\\b${now.name}(\\s*=\\s*)${now.number}\\b`), `${name}$1${number}`)
    .replace(/^required\b/, "optional");
  const title = `keep field ${field.number} as it was and put the new one beside it as "${name}"`;
  // To old readers nothing may join a oneof that they have: it is put in front of it.
  const isOutside = isForwardAsked && field.parent.oneofs.some(({ name: known }) => known === oneofOf(now));
  const outside = isOutside ? startOf(edited, now.oneof!.proto) : undefined;
  if (isOutside && outside === undefined) return undefined;
  const indent = indentOf(edited, outside ?? declaration.start);
  const beside: TextEdit[] =
    outside === undefined ? [] : [{ start: outside, end: outside, text: `${moved}\n${indent}` }];
  if (isSamePlace) {
    const text = outside === undefined ? `${written}\n${indent}${moved}` : written;
    return { title, now: [{ ...declaration, text }, ...beside], later: undefined };
  }
  const kept = keptAt({ message, field, now }, edited, latest);
  const text = outside === undefined ? moved : "";
  return kept && { title, now: [{ ...declaration, text }, ...beside, ...kept], later: undefined };
}

/** Where the old field stands when it has left its oneof, or a oneof has taken it in. */
function keptAt(
  { message, field, now }: Omit<ChangedField, "number">,
  edited: ProtobufText,
  latest: ProtobufText,
): TextEdit[] | undefined {
  const written = declarationOf(latest, field.proto)!.text;
  const before = oneofOf(field);
  const oneof = message.oneofs.find(({ name }) => name === before);
  if (oneof !== undefined) {
    const inside = bodyOf(edited, oneof.proto);
    return inside === undefined ? undefined : [{ start: inside, end: inside, text: `\n    ${written}` }];
  }
  const start = startOf(edited, oneofOf(now) === undefined ? now.proto : now.oneof!.proto);
  if (start === undefined) return undefined;
  const indent = indentOf(edited, start);
  if (before === undefined) return [{ start, end: start, text: `${written}\n${indent}` }];
  // A oneof that is gone comes back whole, with the first of its fields.
  const first = field.oneof!.fields.find((each) =>
    message.fields.some(({ number }) => number === each.number),
  );
  if (first !== field) return [];
  const block = blockOf(latest, field.oneof!.proto);
  return block && [{ start, end: start, text: `${block.text}\n${indent}` }];
}
