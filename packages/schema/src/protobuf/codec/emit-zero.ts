import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { type Emitter, literal } from "../../codec/emitter.ts";

/**
 * Emits the function `name`, which makes the message that protobuf-es' `create` makes of nothing: the same properties
 * in the same order, on the same prototype where the message has one for its defaults.
 */
export function emitZero(code: Emitter, name: string, message: DescMessage): void {
  const zero = create(message) as Message & Record<string, unknown>;
  const prototype: unknown = Object.getPrototypeOf(zero);
  const oneofs = new Set(message.oneofs.map((oneof) => oneof.localName));
  const properties = Object.entries(zero).map(([key, value]): [string, string] => {
    return [literal(key), oneofs.has(key) ? "{ case: undefined }" : zeroSource(code, value)];
  });
  if (prototype === Object.prototype) {
    const entries = properties.map(([key, source]) => `${key}: ${source}`);
    code.line(`function ${name}() { return { ${entries.join(", ")} }; }`);
    return;
  }
  const maker = code.name("Z");
  const assignments = properties.map(([key, source]) => `this[${key}] = ${source};`);
  code.line(`function ${maker}() { ${assignments.join(" ")} }`);
  code.line(`${maker}.prototype = ${code.constant(prototype)};`);
  code.line(`function ${name}() { return new ${maker}(); }`);
}

/** Lists and maps are made anew each time; scalars, and the empty bytes of protobuf-es, are shared. */
function zeroSource(code: Emitter, value: unknown): string {
  if (Array.isArray(value)) return "[]";
  switch (typeof value) {
    case "string":
      return literal(value);
    case "number":
    case "boolean":
      return String(value);
    case "bigint":
      return `${value}n`;
    default:
      return value instanceof Uint8Array ? code.constant(value) : "{}";
  }
}
