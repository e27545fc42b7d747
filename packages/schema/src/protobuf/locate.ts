import type { DescEnum, DescFile, DescMessage } from "@bufbuild/protobuf";
import type { Incompatibility } from "../parsed-schema.ts";
import type { SourceLocation } from "../schema-error.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/**
 * Adds to each reason where in a schema's text it stands: the field, oneof or enum value the path ends at, or else
 * the innermost message that is still there. Types of other files are left without a place.
 *
 * @param found Their paths are `#/Order/Line/3`, or begin with a full name: `#/shop.Order.Line/3`.
 */
export function located(found: readonly Incompatibility[], schema: ProtobufSchema): Incompatibility[] {
  return found.map((reason) => {
    const location = locateInProtobuf(reason.path, schema);
    return location === undefined ? reason : { ...reason, location };
  });
}

/** Where a path such as `#/Order/Line/3` leads in a schema's text, as far as it leads anywhere. */
export function locateInProtobuf(path: string, schema: ProtobufSchema): SourceLocation | undefined {
  const file = schema.registry.getFile(schema.file.name)!;
  const [first = "", ...rest] = path.replace(/^#\//, "").split("/");
  const start = [...file.messages, ...file.enums].some(({ name }) => name === first)
    ? undefined
    : (schema.registry.getMessage(first) ?? schema.registry.getEnum(first));
  let home: DescFile | DescMessage | DescEnum = start ?? file;
  let proto: object | undefined = start?.proto;
  for (const part of start === undefined ? [first, ...rest] : rest) {
    const child = childOf(home, part);
    if (child === undefined) break;
    proto = child.proto;
    if (child.kind === "message" || child.kind === "enum") home = child;
  }
  return proto && schema.sources.get(proto)?.location;
}

function childOf(home: DescFile | DescMessage | DescEnum, part: string) {
  const number = /^-?\d+$/.test(part) ? Number(part) : undefined;
  if (home.kind === "enum") return home.values.find((value) => value.number === number);
  if (home.kind === "file") return [...home.messages, ...home.enums].find(({ name }) => name === part);
  if (number !== undefined) return home.fields.find((field) => field.number === number);
  return [...home.nestedMessages, ...home.nestedEnums, ...home.oneofs].find(({ name }) => name === part);
}
