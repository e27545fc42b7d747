import { Emitter } from "../../codec/emitter.ts";
import { RECURSION_DEPTH_MAX, ZERO_WIDTH_ITEMS_MAX } from "../limits.ts";
import type { AvroRecord, AvroSchema } from "../schema.ts";
import { bytesMin } from "../width.ts";
import * as varint from "./varint.ts";

export type IsValid = (buffer: Buffer, start: number, end: number) => boolean;

/**
 * Generates the structural checker of a schema: straight-line code that walks the bytes and builds nothing. It
 * accepts exactly what decodes under the schema, UTF-8 content aside, and never throws.
 *
 * In the generated code `b` is the buffer, `p` the position, `e` the end and `d` the depth of records left. Fixed
 * sizes are added to `p` unchecked: every read looks whether `p` is below `e`, and the end must be met exactly.
 */
export function compileChecker(schema: AvroSchema): IsValid {
  return new CheckerEmitter().compile(schema);
}

class CheckerEmitter {
  readonly #code = new Emitter();
  readonly #functions = new Map<AvroRecord, string>();
  readonly #waiting: AvroRecord[] = [];
  readonly #skipInt = this.#code.constant(varint.skipInt);
  readonly #skipLong = this.#code.constant(varint.skipLong);
  readonly #skipBytes = this.#code.constant(varint.skipBytes);
  readonly #readVarint = this.#code.constant(varint.readVarint);
  readonly #varintEnd = this.#code.constant(() => varint.varintEnd);

  compile(schema: AvroSchema): IsValid {
    const code = this.#code;
    code.line("let zeroWidthItems = 0;");
    code.line("function walk(b, p, e, d) {");
    this.#value(schema);
    code.line("return p; }");
    for (let record = this.#waiting.pop(); record !== undefined; record = this.#waiting.pop()) {
      code.line(`function ${this.#functionOf(record)}(b, p, e, d) {`);
      code.line("if (d === 0) return -1;");
      for (const field of record.fields) this.#value(field.type);
      code.line("return p; }");
    }
    code.line("function isValid(b, p, e) {");
    code.line("zeroWidthItems = 0;");
    // Records of very many containers, nested, can use up the stack before they reach the limit on depth.
    code.line(`try { return e <= b.length && walk(b, p, e, ${RECURSION_DEPTH_MAX + 1}) === e; }`);
    code.line("catch { return false; } }");
    return code.compile("isValid");
  }

  /** Emits code that moves `p` behind a value, or returns -1. */
  #value(schema: AvroSchema): void {
    const code = this.#code;
    switch (schema.kind) {
      case "null":
        break;
      case "boolean":
        code.line("if (p >= e || b[p] > 1) return -1; p++;");
        break;
      case "int":
        code.line(`if (p < e && b[p] < 128) p++; else if ((p = ${this.#skipInt}(b, p, e)) < 0) return -1;`);
        break;
      case "long":
        code.line(`if (p < e && b[p] < 128) p++; else if ((p = ${this.#skipLong}(b, p, e)) < 0) return -1;`);
        break;
      case "float":
        code.line("p += 4;");
        break;
      case "double":
        code.line("p += 8;");
        break;
      case "fixed":
        code.line(`p += ${schema.sizeBytes};`);
        break;
      case "bytes":
      case "string":
        this.#bytes();
        break;
      case "enum":
        this.#index(schema.symbols.length);
        break;
      case "union":
        this.#union(schema.branches);
        break;
      case "array":
        this.#blocks(bytesMin(schema.items), () => this.#value(schema.items));
        break;
      case "map":
        this.#blocks(1 + bytesMin(schema.values), () => {
          this.#bytes();
          this.#value(schema.values);
        });
        break;
      case "record":
        code.line(`if ((p = ${this.#functionOf(schema)}(b, p, e, d - 1)) < 0) return -1;`);
    }
  }

  #bytes(): void {
    this.#code.line("{ const n = p < e ? b[p] : 1;");
    this.#code.line("if ((n & 129) === 0) p += 1 + (n >>> 1);");
    this.#code.line(`else if ((p = ${this.#skipBytes}(b, p, e)) < 0) return -1; }`);
  }

  #index(count: number): void {
    const code = this.#code;
    code.line("{ let n = p < e ? b[p] : 1;");
    code.line("if (n < 128) { if (n & 1) return -1; n >>>= 1; p++; }");
    code.line(`else { n = ${this.#int()}; p = ${this.#varintEnd}(); }`);
    code.line(`if (!(n >= 0 && n < ${count})) return -1; }`);
  }

  #union(branches: readonly AvroSchema[]): void {
    const code = this.#code;
    const n = code.name("u");
    code.line(`let ${n};`);
    code.line(`if (p < e && b[p] < 128) ${n} = b[p++];`);
    code.line(`else { ${n} = 2 * ${this.#int()}; p = ${this.#varintEnd}(); }`);
    code.line(`switch (${n}) {`);
    for (const [index, branch] of branches.entries()) {
      code.line(`case ${2 * index}: {`);
      this.#value(branch);
      code.line("break; }");
    }
    code.line("default: return -1; }");
  }

  /** Indexes are ints: more than five bytes are refused even where the value would be small. */
  #int(): string {
    return `(${this.#skipInt}(b, p, e) < 0 ? NaN : ${this.#readVarint}(b, p, e))`;
  }

  #blocks(itemBytesMin: number, item: () => void): void {
    const code = this.#code;
    const [count, blockEnd] = [code.name("n"), code.name("q")];
    code.line("for (;;) {");
    code.line(`if (p < e && b[p] === 0) { p++; break; }`);
    code.line(`let ${count} = ${this.#readVarint}(b, p, e), ${blockEnd} = -1;`);
    code.line(`p = ${this.#varintEnd}();`);
    code.line(`if (${count} < 0) {`);
    code.line(`${count} = -${count};`);
    code.line(`${blockEnd} = ${this.#readVarint}(b, p, e);`);
    code.line(`if (!(${blockEnd} >= 0)) return -1;`);
    code.line(`p = ${this.#varintEnd}(); ${blockEnd} += p; }`);
    code.line(`else if (${count} === 0) break; else if (${count} !== ${count}) return -1;`);
    if (itemBytesMin > 0) {
      code.line(`if (${count} * ${itemBytesMin} > e - p) return -1;`);
      code.line(`for (; ${count} > 0; ${count}--) {`);
      item();
      code.line("}");
    } else {
      code.line(`if ((zeroWidthItems += ${count}) > ${ZERO_WIDTH_ITEMS_MAX}) return -1;`);
    }
    code.line(`if (${blockEnd} >= 0 && p !== ${blockEnd}) return -1; }`);
  }

  #functionOf(record: AvroRecord): string {
    let name = this.#functions.get(record);
    if (name === undefined) {
      name = this.#code.name("r");
      this.#functions.set(record, name);
      this.#waiting.push(record);
    }
    return name;
  }
}
