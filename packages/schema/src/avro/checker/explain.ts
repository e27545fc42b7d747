import type { PayloadFault } from "../../parsed-schema.ts";
import { RECURSION_DEPTH_MAX, ZERO_WIDTH_ITEMS_MAX } from "../limits.ts";
import type { AvroRecord, AvroSchema } from "../schema.ts";
import { bytesMin } from "../width.ts";

/**
 * The first fault of a payload; undefined when it is one complete value. The slow twin of the generated checker:
 * the same rules, with the path kept.
 */
export function payloadFault(
  schema: AvroSchema,
  buffer: Buffer,
  start: number,
  end: number,
): PayloadFault | undefined {
  const walker = new PayloadWalker(buffer, start, end);
  try {
    walker.value(schema, "");
    walker.finish();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return { path: error.path, message: error.message };
    // Containers within records within containers: the checker needs no stack for those, this walk does.
    if (error instanceof RangeError)
      return { path: "", message: "is nested too deep to say where it is wrong" };
    throw error;
  }
}

class Fault extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

class PayloadWalker {
  readonly #buffer: Buffer;
  readonly #start: number;
  readonly #end: number;
  #position: number;
  #depth = 0;
  #zeroWidthItems = 0;

  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#end = Math.min(end, buffer.length);
    this.#position = start;
  }

  finish(): void {
    const left = this.#end - this.#position;
    if (left > 0) this.#fail("", `${left} bytes are left behind the value`);
  }

  value(schema: AvroSchema, path: string): void {
    switch (schema.kind) {
      case "null":
        return;
      case "boolean": {
        const byte = this.#take(1, path, "a boolean");
        if (this.#buffer[byte]! > 1) this.#fail(path, `${this.#buffer[byte]} is not a boolean (0 or 1)`);
        return;
      }
      case "int":
        this.#int(path, "an int");
        return;
      case "long":
        this.#long(path, "a long");
        return;
      case "float":
        this.#take(4, path, "a float");
        return;
      case "double":
        this.#take(8, path, "a double");
        return;
      case "fixed":
        this.#take(schema.sizeBytes, path, `the ${schema.sizeBytes} bytes of ${schema.name.full}`);
        return;
      case "bytes":
      case "string":
        this.#bytes(path, schema.kind);
        return;
      case "enum":
        this.#index(schema.symbols.length, path, `symbol of ${schema.name.full}`);
        return;
      case "union":
        this.value(schema.branches[this.#index(schema.branches.length, path, "branch of the union")]!, path);
        return;
      case "array":
        this.#blocks(path, bytesMin(schema.items), (index) => this.value(schema.items, `${path}[${index}]`));
        return;
      case "map":
        this.#blocks(path, 1 + bytesMin(schema.values), () => {
          const key = this.#bytes(path, "map key");
          this.value(schema.values, `${path}[${JSON.stringify(key)}]`);
        });
        return;
      case "record":
        this.#record(schema, path);
        return;
    }
  }

  #record(record: AvroRecord, path: string): void {
    if (++this.#depth > RECURSION_DEPTH_MAX) {
      this.#fail(path, `records are nested deeper than ${RECURSION_DEPTH_MAX} levels`);
    }
    for (const field of record.fields)
      this.value(field.type, path === "" ? field.name : `${path}.${field.name}`);
    this.#depth--;
  }

  #blocks(path: string, itemBytesMin: number, item: (index: number) => void): void {
    let index = 0;
    for (;;) {
      let count = this.#long(path, "a block count");
      if (count === 0) return;
      let blockEnd = -1;
      if (count < 0) {
        count = -count;
        const size = this.#length(path, "block");
        blockEnd = this.#position + size;
      }
      this.#checkCount(path, count, itemBytesMin);
      for (let rest = count; rest > 0; rest--) item(index++);
      if (blockEnd >= 0 && blockEnd !== this.#position) {
        this.#fail(path, `a block ends at byte ${this.#at()}, not where it said`);
      }
    }
  }

  #checkCount(path: string, count: number, itemBytesMin: number): void {
    const left = this.#end - this.#position;
    if (itemBytesMin > 0) {
      if (count * itemBytesMin <= left) return;
      this.#fail(
        path,
        `${count} items of at least ${itemBytesMin} bytes cannot be in the ${left} bytes left`,
      );
    }
    this.#zeroWidthItems += count;
    if (this.#zeroWidthItems <= ZERO_WIDTH_ITEMS_MAX) return;
    this.#fail(path, `${this.#zeroWidthItems} items without bytes, the limit is ${ZERO_WIDTH_ITEMS_MAX}`);
  }

  #index(count: number, path: string, what: string): number {
    const index = this.#int(path, `the index of a ${what}`);
    if (index < 0 || index >= count)
      this.#fail(path, `${index} is not the index of a ${what}, which has ${count}`);
    return index;
  }

  #bytes(path: string, what: string): string {
    const length = this.#length(path, what);
    const at = this.#take(length, path, `a ${what} of ${length} bytes`);
    return this.#buffer.toString("utf8", at, at + Math.min(length, 100));
  }

  #length(path: string, what: string): number {
    const length = this.#long(path, `the length of a ${what}`);
    if (length < 0) this.#fail(path, `a ${what} has the negative length ${length}`);
    return length;
  }

  #int(path: string, what: string): number {
    const value = this.#varint(path, what, 5);
    if (BigInt.asIntN(32, value) !== value) this.#fail(path, `${what} is a varint of more than 32 bits`);
    return Number(value);
  }

  /** The number nearest to a long, which is all that lengths and messages need. */
  #long(path: string, what: string): number {
    return Number(this.#varint(path, what, 10));
  }

  #varint(path: string, what: string, bytesMax: number): bigint {
    let zigzag = 0n;
    for (let count = 0; count < bytesMax; count++) {
      const byte = this.#buffer[this.#take(1, path, what)]!;
      zigzag |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte >= 0x80) continue;
      if (zigzag >> 64n !== 0n) break;
      return (zigzag >> 1n) ^ -(zigzag & 1n);
    }
    return this.#fail(path, `${what} is a varint of more than ${bytesMax === 5 ? 32 : 64} bits`);
  }

  #take(bytes: number, path: string, what: string): number {
    const at = this.#position;
    const left = this.#end - at;
    if (bytes > left)
      this.#fail(path, `ends at byte ${this.#at()} where ${what} should stand (${left} bytes left)`);
    this.#position = at + bytes;
    return at;
  }

  #at(): number {
    return this.#position - this.#start;
  }

  #fail(path: string, message: string): never {
    throw new Fault(path, message);
  }
}
