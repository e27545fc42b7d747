import type { AvroField, AvroNamed, AvroRecord } from "./schema.ts";

/** What each primitive type may be read as, besides itself. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

export function promotes(writer: string, reader: string): boolean {
  return PROMOTIONS[writer]?.includes(reader) ?? false;
}

/** Whether a reader's named type stands for a writer's: the last parts of the names agree, or an alias does. */
export function namesMatch(writer: AvroNamed, reader: AvroNamed): boolean {
  if (writer.name.simple === reader.name.simple) return true;
  return reader.aliases.some((alias) => alias.full === writer.name.full);
}

/** The writer's field that a reader's field is read from, by its name or else by its first alias that is there. */
export function writerFieldOf(writer: AvroRecord, readerField: AvroField): AvroField | undefined {
  for (const name of [readerField.name, ...readerField.aliases]) {
    const found = writer.fields.find((field) => field.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
