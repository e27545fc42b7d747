import type { DescEnum, DescFile, DescMessage } from "@bufbuild/protobuf";
import type { Incompatibility } from "../parsed-schema.ts";
import type { SourceLocation } from "../schema-error.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/**
 * Adds to each reason where in a schema's text, or in one that it includes, it stands: the field, oneof or enum value
 * the path ends at, or else the innermost message that is still there.
 *
 * @param found Their paths are `#/Order/Line/3`, or begin with a full name: `#/shop.Order.Line/3`.
 */
export function located(found: readonly Incompatibility[], schema: ProtobufSchema): Incompatibility[] {
  return found.map((reason) => {
    const location = locateInProtobuf(reason.path, schema);
    return location === undefined ? reason : { ...reason, location };
  });
}

/** Where a path such as `#/Order/Line/3` leads in a schema's texts, as far as it leads anywhere. */
export function locateInProtobuf(path: string, schema: ProtobufSchema): SourceLocation | undefined {
  const [first = "", ...rest] = path.replace(/^#\//, "").split("/");
  let home = typeNamed(first, schema);
  let proto: object | undefined = home?.proto;
  for (const part of home === undefined ? [] : rest) {
    const child = childOf(home!, part);
    if (child === undefined) break;
    proto = child.proto;
    if (child.kind === "message" || child.kind === "enum") home = child;
  }
  return proto && schema.locationOf(proto);
}

/**
 * A type by its name in the main file, by its full name or, as paths have the types of other files, by its name in
 * the one file that has it; undefined where several do.
 */
function typeNamed(name: string, schema: ProtobufSchema): DescMessage | DescEnum | undefined {
  const { registry } = schema;
  const known =
    typeIn(registry.getFile(schema.file.name)!, name) ?? registry.getMessage(name) ?? registry.getEnum(name);
  if (known !== undefined) return known;
  const elsewhere = [...registry.files].flatMap((file) => typeIn(file, name) ?? []);
  return elsewhere.length === 1 ? elsewhere[0] : undefined;
}

function typeIn(file: DescFile, name: string): DescMessage | DescEnum | undefined {
  return [...file.messages, ...file.enums].find((type) => type.name === name);
}

function childOf(home: DescMessage | DescEnum, part: string) {
  const number = /^-?\d+$/.test(part) ? Number(part) : undefined;
  if (home.kind === "enum") return home.values.find((value) => value.number === number);
  if (number !== undefined) return home.fields.find((field) => field.number === number);
  return [...home.nestedMessages, ...home.nestedEnums, ...home.oneofs].find(({ name }) => name === part);
}
