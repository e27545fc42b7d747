import {
  create,
  type DescField,
  type DescMessage,
  isMessage,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";

/**
 * The path to the first field of a message that cannot be encoded, such as `lines[2].price`; undefined when none is
 * found. It encodes field by field, so it is for values that have been refused.
 */
export function faultPath(descriptor: DescMessage, message: Message): string | undefined {
  for (const field of descriptor.fields) {
    const value = memberValue(message, field);
    if (value === undefined) continue;
    const path = fieldFault(descriptor, field, value);
    if (path !== undefined) return path;
  }
  return undefined;
}

function memberValue(message: Message, field: DescField): unknown {
  const properties = message as Record<string, unknown>;
  const oneof = field.oneof && (properties[field.oneof.localName] as { case?: string; value?: unknown });
  if (oneof === undefined) return properties[field.localName];
  return oneof.case === field.localName ? oneof.value : undefined;
}

function fieldFault(descriptor: DescMessage, field: DescField, value: unknown): string | undefined {
  const isGroupOfValues = field.fieldKind === "list" || field.fieldKind === "map";
  if (!isGroupOfValues || typeof value !== "object" || value === null) {
    return single(descriptor, field, value, value, field.name);
  }
  for (const [key, item] of Object.entries(value)) {
    const wrapped = field.fieldKind === "list" ? [item] : { [key]: item };
    const path = single(descriptor, field, wrapped, item, `${field.name}[${key}]`);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Tries one value; `init` is the value as the field takes it. */
function single(
  descriptor: DescMessage,
  field: DescField,
  init: unknown,
  value: unknown,
  path: string,
): string | undefined {
  if (field.message !== undefined && isMessage(value, field.message)) {
    const inner = faultPath(field.message, value);
    if (inner !== undefined) return `${path}.${inner}`;
  }
  const member = field.oneof
    ? { [field.oneof.localName]: { case: field.localName, value: init } }
    : { [field.localName]: init };
  try {
    toBinary(descriptor, create(descriptor, member as never));
    return undefined;
  } catch {
    return path;
  }
}
