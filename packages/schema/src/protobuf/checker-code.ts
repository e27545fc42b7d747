import { PAYLOAD_DEPTH_MAX } from "./limits.ts";
import { type FieldShape, isPackable, type MessageShape, wireTypeOf } from "./wire-shape.ts";
import { BROKEN, WireWalk } from "./wire-walk.ts";

/** Whether the bytes between two positions are one message. */
export type IsMessage = (buffer: Buffer, start: number, end: number) => boolean;

/**
 * Generates the walk over one message and all it contains. Only numbers from the schema get into the code, never
 * names, so that no schema can smuggle code in.
 *
 * Every message becomes one function `m<index>(b, p, e, g, d)`: it walks the buffer `b` from `p` to `e`, for a
 * group until the end tag of field `g`, at depth `d`, and gives the position behind the message, or -1.
 */
export function compileChecker(shapes: readonly MessageShape[]): IsMessage {
  const code = [
    '"use strict";',
    "const V = w.varint, L = w.uint32, U = w.utf8, S = w.unknown;",
    ...shapes.map(messageFunction),
    "return (b, s, e) => e < B && m0(b, s, e, 0, 1) === e;",
  ].join("\n");
  const walk = new WireWalk();
  return new Function("w", "K", "B", code)(walk, knownNumbers(shapes), BROKEN) as IsMessage;
}

/** The field numbers of each message: one of them with a foreign wire type is a fault, not an unknown field. */
function knownNumbers(shapes: readonly MessageShape[]): ReadonlySet<number>[] {
  return shapes.map((shape) => new Set(shape.fields.map((field) => field.number)));
}

function messageFunction(shape: MessageShape): string {
  const required = shape.fields.filter((field) => field.required);
  const words = Math.ceil(required.length / 31);
  const bits = new Map(required.map((field, index) => [field, index]));
  const declare = Array.from({ length: words }, (_, word) => `let r${word} = 0;`).join(" ");
  const complete = Array.from({ length: words }, (_, word) => {
    const count = Math.min(31, required.length - word * 31);
    return `r${word} !== ${2 ** count - 1}`;
  }).join(" || ");
  const check = words === 0 ? "" : `if (${complete}) return -1;`;
  return `
function m${shape.index}(b, p, e, g, d) {
  if (d > ${PAYLOAD_DEPTH_MAX}) return -1;
  let n = 0; ${declare}
  while (p < e) {
    let t = b[p++];
    if (t > 127) { p = L(b, p - 1, e); t = w.value; }
    switch (t) {
${shape.fields.map((field) => fieldCases(field, bits.get(field))).join("\n")}
      default:
        if ((t & 7) === 4) {
          if (g === 0 || t !== g * 8 + 4 || p > e) return -1;
          ${check}
          return p;
        }
        if (K[${shape.index}].has(Math.floor(t / 8))) return -1;
        p = S(b, p, e, t, d);
    }
  }
  if (g !== 0 || p !== e) return -1;
  ${check}
  return e;
}`;
}

const readLength = `if (p < e && b[p] < 128) n = b[p++]; else { p = L(b, p, e); n = w.value; }`;
const stepVarint = `if (p < e && b[p] < 128) p++; else p = V(b, p, e);`;

function fieldCases(field: FieldShape, bit: number | undefined): string {
  const mark = bit === undefined ? "" : ` r${Math.floor(bit / 31)} |= ${2 ** (bit % 31)};`;
  const plain = `      case ${tagOf(field.number, wireTypeOf(field.kind))}: ${step(field)}${mark} break;`;
  if (!field.repeated || !isPackable(field.kind)) return plain;
  return `${plain}\n      case ${tagOf(field.number, 2)}: ${packedStep(field)} break;`;
}

function tagOf(number: number, wireType: number): number {
  return number * 8 + wireType;
}

function step(field: FieldShape): string {
  switch (field.kind) {
    case "varint":
      return stepVarint;
    case "fixed32":
      return "p += 4;";
    case "fixed64":
      return "p += 8;";
    case "bytes":
      return `${readLength} p += n;`;
    case "utf8":
      return `${readLength} p += n; if (p > e || !U(b, p - n, p)) return -1;`;
    case "message": {
      // Map entries are no level of their own, as in protobuf-es.
      const { index, isMapEntry } = field.message!;
      const depth = isMapEntry ? "d" : "d + 1";
      return `${readLength} p += n; if (p > e || m${index}(b, p - n, p, 0, ${depth}) !== p) return -1;`;
    }
    case "group":
      return `p = m${field.message!.index}(b, p, e, ${field.number}, d + 1); if (p < 0) return -1;`;
  }
}

function packedStep(field: FieldShape): string {
  if (field.kind === "varint") {
    return `{ ${readLength} const q = p + n; if (q > e) return -1; while (p < q) { if (b[p] < 128) p++; else p = V(b, p, q); } if (p !== q) return -1; }`;
  }
  const size = field.kind === "fixed32" ? 4 : 8;
  return `${readLength} if (n % ${size} !== 0) return -1; p += n;`;
}
