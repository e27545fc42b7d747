import type { SourceLocation } from "../schema-error.ts";
import { schemaFault } from "./json-reader.ts";
import type { AvroName, AvroPrimitiveName } from "./schema.ts";

const SIMPLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NAME_CHARACTERS_MAX = 1024;

const PRIMITIVES: ReadonlySet<string> = new Set<AvroPrimitiveName>([
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
]);

export function isPrimitiveName(name: string): name is AvroPrimitiveName {
  return PRIMITIVES.has(name);
}

/**
 * The full name that a written name and namespace stand for: dots in the name win over the namespace, which
 * wins over the enclosing one.
 *
 * @throws SchemaError `INVALID_SCHEMA` for names that Avro does not allow.
 */
export function resolveName(
  written: string,
  namespace: string | undefined,
  enclosing: string,
  location: SourceLocation,
): AvroName {
  const dot = written.lastIndexOf(".");
  const simple = written.slice(dot + 1);
  const space = dot >= 0 ? written.slice(0, dot) : (namespace ?? enclosing);
  checkSimpleName(simple, "a name", location);
  if (space !== "") for (const part of space.split(".")) checkSimpleName(part, "a namespace part", location);
  return { simple, namespace: space, full: space === "" ? simple : `${space}.${simple}` };
}

export function checkSimpleName(name: string, what: string, location: SourceLocation): void {
  if (SIMPLE_NAME.test(name) && name.length <= NAME_CHARACTERS_MAX) return;
  throw schemaFault(
    `"${name.slice(0, 100)}" is not ${what} in Avro: it has to begin with a letter or "_" and go on with letters, digits or "_"`,
    location,
  );
}
