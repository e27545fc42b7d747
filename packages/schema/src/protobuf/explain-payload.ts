import type { PayloadFault } from "../parsed-schema.ts";
import { PAYLOAD_DEPTH_MAX } from "./limits.ts";
import { type FieldShape, isPackable, type MessageShape, wireTypeOf } from "./wire-shape.ts";
import { BROKEN, WireWalk } from "./wire-walk.ts";

const wireTypeNames = ["varint", "64-bit", "length-delimited", "group start", "group end", "32-bit"];

/** The first fault of a payload, or undefined when it is a message of this shape. */
export function explainPayload(
  shape: MessageShape,
  buffer: Buffer,
  start: number,
  end: number,
): PayloadFault | undefined {
  try {
    new Explainer(buffer).message(shape, start, end, 0, "", 1);
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return { path: fault.path, message: fault.reason };
    throw fault;
  }
}

/** Carries a fault out of the walk. */
class Fault extends Error {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
    this.reason = reason;
  }
}

/** The same walk as the generated checkers do, keeping track of where it is. */
class Explainer {
  readonly #buffer: Buffer;
  readonly #walk = new WireWalk();

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Walks a message, or a group up to its end tag; gives the position behind it. */
  message(
    shape: MessageShape,
    start: number,
    end: number,
    group: number,
    path: string,
    depth: number,
  ): number {
    if (depth > PAYLOAD_DEPTH_MAX) throw new Fault(path, `messages nest deeper than ${PAYLOAD_DEPTH_MAX}`);
    const counts = new Map<number, number>();
    let at = start;
    while (at < end) {
      const tagAt = at;
      at = this.#uint32(at, end, path, "a tag");
      const tag = this.#walk.value;
      const [number, wireType] = [Math.floor(tag / 8), tag & 7];
      if (wireType === 4 && group !== 0 && number === group) {
        this.#required(shape, counts, path);
        return at;
      }
      if (number === 0 || wireType === 4 || wireType > 5) {
        throw new Fault(
          path,
          `byte ${tagAt}: field ${number} with wire type ${wireType} is no field of a message`,
        );
      }
      const field = shape.fields.find((one) => one.number === number);
      const count = counts.get(number) ?? 0;
      counts.set(number, count + 1);
      at =
        field === undefined
          ? this.#unknown(at, end, tag, depth, path)
          : this.#field(field, at, end, wireType, join(path, field, count), depth);
    }
    if (group !== 0) throw new Fault(path, `the group ${shape.typeName} does not end`);
    this.#required(shape, counts, path);
    return at;
  }

  #required(shape: MessageShape, counts: ReadonlyMap<number, number>, path: string): void {
    const missing = shape.fields.find((field) => field.required && !counts.has(field.number));
    if (missing !== undefined)
      throw new Fault(join(path, missing, 0), `the required field ${missing.name} is missing`);
  }

  #field(
    field: FieldShape,
    start: number,
    end: number,
    wireType: number,
    path: string,
    depth: number,
  ): number {
    const expected = wireTypeOf(field.kind);
    if (wireType === 2 && field.repeated && isPackable(field.kind))
      return this.#packed(field, start, end, path);
    if (wireType !== expected) {
      throw new Fault(
        path,
        `wire type ${wireTypeNames[wireType]} where the schema has ${wireTypeNames[expected]}`,
      );
    }
    switch (field.kind) {
      case "varint":
        return this.#bounded(this.#walk.varint(this.#buffer, start, end), end, path, "a varint");
      case "fixed32":
        return this.#bounded(start + 4, end, path, "a 32-bit number");
      case "fixed64":
        return this.#bounded(start + 8, end, path, "a 64-bit number");
      case "group":
        return this.message(field.message!, start, end, field.number, path, depth + 1);
      default:
        return this.#delimited(field, start, end, path, depth);
    }
  }

  #delimited(field: FieldShape, start: number, end: number, path: string, depth: number): number {
    const body = this.#uint32(start, end, path, "a length");
    const bodyEnd = this.#bounded(body + this.#walk.value, end, path, `${this.#walk.value} bytes`);
    if (field.kind === "message") {
      this.message(field.message!, body, bodyEnd, 0, path, field.message!.isMapEntry ? depth : depth + 1);
    } else if (field.kind === "utf8" && !this.#walk.utf8(this.#buffer, body, bodyEnd)) {
      throw new Fault(path, "the string is not UTF-8");
    }
    return bodyEnd;
  }

  #packed(field: FieldShape, start: number, end: number, path: string): number {
    let at = this.#uint32(start, end, path, "a length");
    const length = this.#walk.value;
    const bodyEnd = this.#bounded(at + length, end, path, `${length} bytes`);
    if (field.kind === "varint") {
      while (at < bodyEnd) {
        at = this.#bounded(this.#walk.varint(this.#buffer, at, bodyEnd), bodyEnd, path, "a varint");
      }
    } else if (length % (field.kind === "fixed32" ? 4 : 8) !== 0) {
      throw new Fault(path, `${length} bytes are no whole count of packed numbers`);
    }
    return bodyEnd;
  }

  #unknown(start: number, end: number, tag: number, depth: number, path: string): number {
    const what = `the unknown field ${Math.floor(tag / 8)}`;
    return this.#bounded(this.#walk.unknown(this.#buffer, start, end, tag, depth), end, path, what);
  }

  #uint32(start: number, end: number, path: string, what: string): number {
    return this.#bounded(this.#walk.uint32(this.#buffer, start, end), end, path, what);
  }

  #bounded(position: number, end: number, path: string, what: string): number {
    if (position <= end) return position;
    const reason =
      position >= BROKEN ? `${what} is malformed or cut off` : `${what} would reach behind the end`;
    throw new Fault(path, reason);
  }
}

function join(path: string, field: FieldShape, index: number): string {
  const name = field.repeated ? `${field.name}[${index}]` : field.name;
  return path === "" ? name : `${path}.${name}`;
}
