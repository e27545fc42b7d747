import type { AvroField, AvroSchema } from "@letterpress/schema";
import { addField, fieldText, optionalType, replaceType } from "./avro-edits.ts";
import { type Place, recordNamed, sameType, type TextTree } from "./avro-place.ts";
import type { Fix } from "./fix.ts";
import { membersAt, offsetOf, valueAt } from "./json-text.ts";

/**
 * Keeps the type of a field as it was, and puts the new one beside it under another name; where branches of a union
 * are all that has gone, there is nothing to put beside it.
 */
export function besideFix(
  { record: home, field: at }: Place,
  edited: TextTree,
  latest: TextTree,
): Fix | undefined {
  const [record, before] = [recordNamed(edited, home), recordNamed(latest, home)];
  const field = record?.fields.find(({ name }) => name === at?.name);
  const old = before?.fields.find(({ name }) => name === at?.name);
  if (record === undefined || field === undefined || old === undefined) return undefined;
  // A default is of the type that it stands beside: both come back.
  const hasDefault = field.default !== undefined || old.default !== undefined;
  const kept = hasDefault
    ? { ...valueAt(edited.text, offsetOf(edited.text, field.location)), text: fieldText(latest.text, old) }
    : replaceType(edited.text, field, { text: latest.text, field: old });
  if (old.type.kind === "union" && branches(field.type).every((each) => isBranchOf(each, old.type))) {
    return { title: `keep the branches of "${field.name}"`, now: [kept], later: undefined };
  }
  let name = `${field.name}V2`;
  while (record.fields.some((each) => each.name === name)) name += "x";
  const type = withoutNamesOf(optionalType(edited.text, field), field, edited, latest);
  const json = `{ "name": ${JSON.stringify(name)}, "type": ${type}, "default": null }`;
  return {
    title: `keep the type of "${field.name}" and put the new one beside it as "${name}"`,
    now: [kept, addField(edited.text, record, json)],
    later: undefined,
  };
}

function branches(type: AvroSchema): readonly AvroSchema[] {
  return type.kind === "union" ? type.branches : [type];
}

function isBranchOf(type: AvroSchema, union: AvroSchema): boolean {
  return branches(union).some((branch) => sameType(branch, type));
}

/** A name can be defined once: types that the kept one defines, too, get another name beside it. */
function withoutNamesOf(type: string, field: AvroField, edited: TextTree, latest: TextTree): string {
  const span = valueAt(edited.text, offsetOf(edited.text, field.location));
  let renamed = type;
  for (const { name, location } of edited.parsed.avro.named.values()) {
    if (location.file !== edited.parsed.avro.schema.location.file) continue;
    const offset = offsetOf(edited.text, location);
    if (offset <= span.start || offset >= span.end || !latest.parsed.avro.named.has(name.full)) continue;
    const written = membersAt(edited.text, offset).find(({ key }) => key === "name")!.value;
    const literal = edited.text.slice(written.start, written.end);
    renamed = renamed.replaceAll(literal, `${literal.slice(0, -1)}V2"`);
  }
  return renamed;
}
