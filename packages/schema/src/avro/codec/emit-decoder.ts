import { Emitter, literal } from "../../codec/emitter.ts";
import type { AvroSchema } from "../schema.ts";
import { type LongFields, longsAreNumbers } from "../shape.ts";
import { bytesMin } from "../width.ts";
import { defaultBytes } from "./default-bytes.ts";
import { AvroInput } from "./input.ts";
import { leafSource } from "./leaf-decoder.ts";
import type { Plan, RecordPlan } from "./resolve.ts";

/** Reads a value, or throws `MALFORMED`. */
export type DecodeValue = (input: AvroInput) => unknown;

/** Generates the straight-line decoder of a plan, to the public shape of the reader's values. */
export function compileDecoder(plan: Plan, longs: LongFields): DecodeValue {
  return new DecoderEmitter(longs).compile(plan);
}

class DecoderEmitter {
  readonly #code = new Emitter();
  readonly #longs: LongFields;
  /** The names of the functions of record plans met so far, each emitted once. */
  readonly #functions = new Map<RecordPlan, string>();
  readonly #skips = new Map<AvroSchema, string>();
  readonly #waiting: (() => void)[] = [];

  constructor(longs: LongFields) {
    this.#longs = longs;
  }

  compile(plan: Plan): DecodeValue {
    const code = this.#code;
    code.line("function decode(i) { let v;");
    this.#value(plan, "v", "", false);
    code.line("return v; }");
    for (let emit = this.#waiting.pop(); emit !== undefined; emit = this.#waiting.pop()) emit();
    return code.compile("decode");
  }

  /** Emits statements that leave the value in the variable `v`. `path` is for messages. */
  #value(plan: Plan, v: string, path: string, longsAsNumbers: boolean): void {
    const code = this.#code;
    switch (plan.kind) {
      case "leaf":
        code.line(`${v} = ${leafSource(plan.writer, plan.reader, path, longsAsNumbers)};`);
        return;
      case "enum": {
        code.line(`${v} = ${code.constant(plan.symbols)}[i.readIndex(${plan.symbols.length})];`);
        if (plan.symbols.includes(undefined)) {
          const message = `the writer's symbol is not one of the reader's "${plan.writer.name.full}"`;
          code.line(`if (${v} === undefined) ${refusal(message, path)}`);
        }
        return;
      }
      case "array":
        this.#array(plan, v, path, longsAsNumbers);
        return;
      case "map":
        this.#map(plan, v, path, longsAsNumbers);
        return;
      case "branches":
        code.line(`switch (i.readIndex(${plan.plans.length})) {`);
        for (const [index, branch] of plan.plans.entries()) {
          code.line(`case ${index}: {`);
          this.#value(branch, v, path, longsAsNumbers);
          code.line("break; }");
        }
        code.line("}");
        return;
      case "case": {
        const inner = code.name("x");
        code.line(`let ${inner};`);
        this.#value(plan.value, inner, path, longsAsNumbers);
        code.line(`${v} = { case: ${literal(plan.name)}, value: ${inner} };`);
        return;
      }
      case "record":
        code.line(`${v} = ${this.#functionOf(plan, path)}(i);`);
        return;
      case "refusal":
        code.line(refusal(plan.message, path));
        return;
    }
  }

  #array(plan: Plan & { kind: "array" }, v: string, path: string, longsAsNumbers: boolean): void {
    const item = this.#code.name("x");
    this.#code.line(`${v} = [];`);
    this.#blocks(plan.itemBytesMin, () => {
      this.#code.line(`let ${item};`);
      this.#value(plan.items, item, `${path}[]`, longsAsNumbers);
      this.#code.line(`${v}.push(${item});`);
    });
  }

  /** Maps have no prototype, so that a key such as `__proto__` is a key like any other. */
  #map(plan: Plan & { kind: "map" }, v: string, path: string, longsAsNumbers: boolean): void {
    const [key, item] = [this.#code.name("y"), this.#code.name("x")];
    this.#code.line(`${v} = Object.create(null);`);
    this.#blocks(1 + plan.valueBytesMin, () => {
      this.#code.line(`const ${key} = i.readString(); let ${item};`);
      this.#value(plan.values, item, `${path}[]`, longsAsNumbers);
      this.#code.line(`${v}[${key}] = ${item};`);
    });
  }

  #blocks(itemBytesMin: number, emitItem: () => void): void {
    const code = this.#code;
    const [count, end] = [code.name("n"), code.name("e")];
    const next = `i.readBlock(${itemBytesMin})`;
    code.line(`for (let ${count} = ${next}; ${count} !== 0; ${count} = ${next}) {`);
    code.line(`const ${end} = i.blockEnd;`);
    code.line(`while (${count}-- > 0) {`);
    emitItem();
    code.line(`} i.endBlock(${end}); }`);
  }

  #functionOf(plan: RecordPlan, path: string): string {
    let name = this.#functions.get(plan);
    if (name === undefined) {
      name = this.#code.name("r");
      this.#functions.set(plan, name);
      this.#waiting.push(() => this.#record(plan, path));
    }
    return name;
  }

  #record(plan: RecordPlan, path: string): void {
    const code = this.#code;
    const fields = plan.reader.fields;
    const values = fields.map(() => code.name("f"));
    code.line(`function ${this.#functionOf(plan, path)}(i) {`);
    if (plan.refusal !== undefined) {
      code.line(`${refusal(plan.refusal, path)} }`);
      return;
    }
    code.line("i.enter();");
    if (values.length > 0) code.line(`let ${values.join(", ")};`);
    for (const step of plan.steps) {
      if (step.kind === "skip") {
        this.#skip(step.type);
        continue;
      }
      const { name } = fields[step.field]!;
      const fieldPath = path === "" ? name : `${path}.${name}`;
      const mark = step.kind === "peek" ? code.name("m") : undefined;
      if (mark !== undefined) code.line(`const ${mark} = i.mark();`);
      this.#value(step.plan, values[step.field]!, fieldPath, longsAreNumbers(this.#longs, plan.reader, name));
      if (mark !== undefined) code.line(`i.reset(${mark});`);
    }
    for (const { field, type, value, plan: own } of plan.defaults) {
      const longsAsNumbers = longsAreNumbers(this.#longs, plan.reader, fields[field]!.name);
      const make = this.#defaultMaker(own, defaultBytes(type, value), longsAsNumbers);
      code.line(`${values[field]} = ${make}();`);
    }
    code.line("i.leave();");
    const entries = fields.map(({ name }, index) => `${keySource(name)}: ${values[index]}`);
    code.line(`return { ${entries.join(", ")} }; }`);
  }

  /** A function that makes the default anew each time, since it may be an object that its user changes. */
  #defaultMaker(plan: Plan, bytes: Buffer, longsAsNumbers: boolean): string {
    const code = this.#code;
    const [maker, reader] = [code.name("d"), code.name("i")];
    this.#waiting.push(() => {
      code.line(`const ${reader} = new (${code.constant(AvroInput)})();`);
      code.line(`function ${maker}() { const i = ${reader}; let v;`);
      code.line(`i.begin(${code.constant(bytes)}, 0, ${bytes.length});`);
      this.#value(plan, "v", "", longsAsNumbers);
      code.line("return v; }");
    });
    return maker;
  }

  #skip(type: AvroSchema): void {
    const code = this.#code;
    switch (type.kind) {
      case "null":
        return;
      case "boolean":
        code.line("i.readBoolean();");
        return;
      case "int":
        code.line("i.readInt();");
        return;
      case "long":
        code.line("i.skipLong();");
        return;
      case "float":
        code.line("i.skip(4);");
        return;
      case "double":
        code.line("i.skip(8);");
        return;
      case "fixed":
        code.line(`i.skip(${type.sizeBytes});`);
        return;
      case "bytes":
      case "string":
        code.line("i.skipBytes();");
        return;
      case "enum":
        code.line(`i.readIndex(${type.symbols.length});`);
        return;
      case "array":
        this.#blocks(bytesMin(type.items), () => this.#skip(type.items));
        return;
      case "map":
        this.#blocks(1 + bytesMin(type.values), () => {
          code.line("i.skipBytes();");
          this.#skip(type.values);
        });
        return;
      case "union":
        code.line(`switch (i.readIndex(${type.branches.length})) {`);
        for (const [index, branch] of type.branches.entries()) {
          code.line(`case ${index}: {`);
          this.#skip(branch);
          code.line("break; }");
        }
        code.line("}");
        return;
      case "record":
        code.line(`${this.#skipFunctionOf(type)}(i);`);
        return;
    }
  }

  #skipFunctionOf(type: AvroSchema & { kind: "record" }): string {
    let name = this.#skips.get(type);
    if (name === undefined) {
      name = this.#code.name("s");
      this.#skips.set(type, name);
      this.#waiting.push(() => {
        this.#code.line(`function ${this.#skipFunctionOf(type)}(i) { i.enter();`);
        for (const field of type.fields) this.#skip(field.type);
        this.#code.line("i.leave(); }");
      });
    }
    return name;
  }
}

/** In an object literal, a plain `__proto__` would set the prototype. */
function keySource(name: string): string {
  return name === "__proto__" ? `[${literal(name)}]` : literal(name);
}

function refusal(message: string, path: string): string {
  return `i.refuse(${literal(message)}, ${literal(path)});`;
}
