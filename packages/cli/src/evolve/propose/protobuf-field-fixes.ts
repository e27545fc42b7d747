import type { Fix } from "./fix.ts";
import { besideFix } from "./protobuf-beside.ts";
import { reservedAgain, reserveStatements } from "./protobuf-reserved.ts";
import type { Rules } from "./protobuf-rules.ts";
import {
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

const FIELD_NUMBER_MAX = 2 ** 29 - 1;
const REQUIRED = ["REQUIRED_FIELD_ADDED", "REQUIRED_FIELD_REMOVED", "MESSAGE_SAME_REQUIRED_FIELDS"];
const RENAMED = ["FIELD_SAME_NAME", "FIELD_SAME_JSON_NAME"];
const RETYPED = [
  "FIELD_KIND_CHANGED",
  "FIELD_SCALAR_KIND_CHANGED",
  "FIELD_NAMED_TYPE_CHANGED",
  "FIELD_NUMERIC_LABEL_CHANGED",
  "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
  "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
  "FIELD_SAME_ONEOF",
];
const MOVED = ["MULTIPLE_FIELDS_MOVED_TO_ONEOF", "FIELD_MOVED_TO_EXISTING_ONEOF"];

/** What mends the fields of one message: at the most one fix for each. */
export function fieldFixes(
  message: Message,
  old: Message,
  edited: ProtobufText,
  latest: ProtobufText,
  rules: Rules,
): Fix[] {
  const home = message.typeName;
  const has = (member: string | number, names: readonly string[]): boolean =>
    names.some((rule) => rules.at(home, member).has(rule));
  const { isForwardAsked } = rules;
  const fixes: (Fix | undefined)[] = [];
  let next = highestNumber(message, old);
  for (const field of old.fields) {
    const now = message.fields.find(({ number }) => number === field.number);
    const written = declarationOf(latest, field.proto)?.text;
    if (now === undefined) {
      if (has(field.number, REQUIRED)) fixes.push(keepRequired(message, field, written, edited));
      else if (has(field.number, ["ONEOF_FIELD_REMOVED"]))
        fixes.push(keepInOneof(message, field, written, edited));
      else fixes.push(reserve(message, field, edited));
      continue;
    }
    const isMoved = oneofOf(now) !== oneofOf(field);
    const oneofs = [oneofOf(now), oneofOf(field)].filter((name) => name !== undefined);
    if (has(field.number, RETYPED) || (isMoved && oneofs.some((name) => has(name, MOVED)))) {
      const changed = { message, field, now, number: ++next };
      fixes.push(besideFix(changed, { edited, latest, isForwardAsked }));
    } else if (has(field.number, RENAMED) || has(field.number, REQUIRED)) {
      const what = has(field.number, RENAMED) ? `the name "${field.name}"` : `the label of "${field.name}"`;
      fixes.push(
        keepDeclaration(`keep ${what}, number ${field.number} of ${message.name}`, now, written, edited),
      );
    }
  }
  for (const field of message.fields) {
    if (old.fields.some(({ number }) => number === field.number)) continue;
    if (has(field.number, REQUIRED)) fixes.push(makeOptional(field, edited));
    if (has(field.number, ["ONEOF_FIELD_REMOVED"])) fixes.push(putOutside(field, edited));
  }
  if (has("reserved", ["RESERVED_MESSAGE_NO_DELETE"])) fixes.push(reservedAgain(message, old, edited));
  return fixes.filter((fix) => fix !== undefined);
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
function reserve(message: Message, field: Field, edited: ProtobufText): Fix | undefined {
  const inside = bodyOf(edited, message.proto);
  const { reservedRange, reservedName } = message.proto;
  const range = { start: field.number, end: field.number + 1 };
  const isReserved = reservedRange.some(({ start, end }) => field.number >= start && field.number < end);
  const names = reservedName.includes(field.name) ? [] : [field.name];
  const statements = reserveStatements(isReserved ? [] : [range], names, edited, FIELD_NUMBER_MAX);
  if (statements.length === 0 || inside === undefined) return undefined;
  const text = statements.map((each) => `\n  ${each}`).join("");
  return {
    title: `reserve number ${field.number} and the name "${field.name}" of ${message.name}`,
    now: [{ start: inside, end: inside, text }],
    later: undefined,
  };
}

/** Readers tell the fields of a oneof apart: one that goes would be lost without a trace. */
function keepInOneof(
  message: Message,
  field: Field,
  written: string | undefined,
  edited: ProtobufText,
): Fix | undefined {
  const oneof = message.oneofs.find(({ name }) => name === field.oneof?.name);
  const inside = oneof && bodyOf(edited, oneof.proto);
  if (inside === undefined || written === undefined) return undefined;
  const edit: TextEdit = { start: inside, end: inside, text: `\n    ${written}` };
  return { title: `keep "${field.name}" in the oneof ${oneof!.name}`, now: [edit], later: undefined };
}

/** Old readers take a field that joins their oneof for nothing at all; beside it they pass it over. */
function putOutside(field: Field, edited: ProtobufText): Fix | undefined {
  const declaration = declarationOf(edited, field.proto);
  const start = field.oneof && startOf(edited, field.oneof.proto);
  if (declaration === undefined || start === undefined) return undefined;
  const text = `${declaration.text}\n${indentOf(edited, start)}`;
  return {
    title: `put "${field.name}" beside the oneof ${field.oneof!.name}`,
    now: [
      { ...declaration, text: "" },
      { start, end: start, text },
    ],
    later: undefined,
  };
}

/**
 * A required field is missed by those who read with it. Text and messages may become optional before they go; the
 * label of numbers cannot change.
 */
function keepRequired(
  message: Message,
  field: Field,
  written: string | undefined,
  edited: ProtobufText,
): Fix | undefined {
  const inside = bodyOf(edited, message.proto);
  if (inside === undefined || written === undefined) return undefined;
  const put = (declaration: string): TextEdit[] => [
    { start: inside, end: inside, text: `\n  ${declaration}` },
  ];
  if (!isTextOrMessage(field)) {
    const title = `keep "${field.name}", which readers require and which cannot become optional`;
    return { title, now: put(written), later: undefined };
  }
  return {
    title: `keep "${field.name}" as an optional field`,
    now: put(written.replace(/^required\b/, "optional")),
    later: reserve(message, field, edited)?.now ?? [],
    laterTitle: `remove "${field.name}"`,
  };
}

function isTextOrMessage({ proto }: Field): boolean {
  // The numbers that descriptors have for string, message and bytes.
  return [9, 11, 12].includes(proto.type);
}

function keepDeclaration(
  title: string,
  field: Field,
  written: string | undefined,
  edited: ProtobufText,
): Fix | undefined {
  const declaration = declarationOf(edited, field.proto);
  if (declaration === undefined || written === undefined) return undefined;
  return { title, now: [{ ...declaration, text: written }], later: undefined };
}

function makeOptional(field: Field, edited: ProtobufText): Fix | undefined {
  const declaration = declarationOf(edited, field.proto);
  if (declaration === undefined) return undefined;
  const text = declaration.text.replace(/^required\b/, "optional");
  return { title: `make "${field.name}" optional`, now: [{ ...declaration, text }], later: undefined };
}
