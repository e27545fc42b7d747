import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

/** Beyond this many messages the generated code would be larger than what it saves is worth. */
const MESSAGES_MAX = 1_000;

/**
 * The message and all it contains, the message itself first; undefined when one of them is not covered by generated
 * code: `jstype = JS_STRING`, and `google.protobuf.Struct` fields, which protobuf-es shows as JSON.
 */
export function coveredMessages(message: DescMessage): readonly DescMessage[] | undefined {
  const messages = new Set([message]);
  for (const each of messages) {
    if (messages.size > MESSAGES_MAX) return undefined;
    for (const field of each.fields) {
      if (!isCovered(field)) return undefined;
      if (field.message !== undefined) messages.add(field.message);
    }
  }
  return [...messages];
}

function isCovered(field: DescField): boolean {
  if ("longAsString" in field && field.longAsString === true) return false;
  if (field.localName === "__proto__" || field.oneof?.localName === "__proto__") return false;
  const isJson =
    field.message?.typeName === "google.protobuf.Struct" && field.parent.typeName !== "google.protobuf.Value";
  return !isJson;
}

/** Whether protobuf-es shows the field as the scalar inside its wrapper, such as `google.protobuf.StringValue`. */
export function isUnwrapped(field: DescField): boolean {
  return field.fieldKind === "message" && field.oneof === undefined && isWrapperDesc(field.message);
}
