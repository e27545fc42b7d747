import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Emitter, literal } from "../../codec/emitter.ts";
import { isUnwrapped } from "./covered-messages.ts";
import { emitZero } from "./emit-zero.ts";
import type { ProtobufInput } from "./input.ts";
import { scalarCode, scalarOf, tagOf } from "./scalar-code.ts";

/** Reads the message that protobuf-es reads, or throws: then protobuf-es has to say what it thinks of the payload. */
export type DecodeMessage = (input: ProtobufInput) => unknown;

/**
 * Generates straight-line code from the wire to protobuf-es messages. Every message becomes a function that makes an
 * empty one and a function of the input `r`, the message `m` and the tag `g` that ends it where it is a group, else -1.
 */
export function compileDecoder(messages: readonly DescMessage[]): DecodeMessage {
  return new DecoderEmitter(messages).compile();
}

/** How the code for one message type is called. */
interface MessageNames {
  readonly zero: string;
  readonly read: string;
}

class DecoderEmitter {
  readonly #code = new Emitter();
  readonly #messages: readonly DescMessage[];
  readonly #names: ReadonlyMap<DescMessage, MessageNames>;

  constructor(messages: readonly DescMessage[]) {
    const code = this.#code;
    this.#messages = messages;
    this.#names = new Map(
      messages.map((message) => [message, { zero: code.name("n"), read: code.name("d") }]),
    );
  }

  compile(): DecodeMessage {
    const code = this.#code;
    for (const message of this.#messages) {
      emitZero(code, this.#namesOf(message).zero, message);
      this.#message(message);
    }
    const { zero, read } = this.#namesOf(this.#messages[0]!);
    return code.compile(`(r) => { const m = ${zero}(); ${read}(r, m, -1); return m; }`);
  }

  #message(message: DescMessage): void {
    const code = this.#code;
    const known = code.constant(new Set(message.fields.map((field) => field.number)));
    code.line(`function ${this.#namesOf(message).read}(r, m, g) {`);
    code.line("while (r.hasMore()) { const t = r.readTag(); switch (t) {");
    for (const field of message.fields) this.#field(field);
    code.line("default: if (t === g) return;");
    code.line(`(m.$unknown ??= []).push(r.readUnknown(t, ${known}));`);
    code.line("} } if (g !== -1) r.refuse(); }");
  }

  #field(field: DescField): void {
    const code = this.#code;
    const property = `m[${literal(field.localName)}]`;
    switch (field.fieldKind) {
      case "scalar":
      case "enum": {
        code.line(`case ${tagOf(field.number, scalarCode(scalarOf(field)).wireType)}: {`);
        code.line(`const x = ${readSource(scalarOf(field))};`);
        if (field.enum !== undefined && !field.enum.open) {
          // protobuf-es keeps values it does not know among the unknown fields.
          const numbers = new Set(field.enum.values.map(({ number }) => number));
          code.line(`if (!${code.constant(numbers)}.has(x)) r.refuse();`);
        }
        this.#store(field, "x");
        code.line("break; }");
        return;
      }
      case "message":
        code.line(`case ${messageTag(field)}: {`);
        if (isUnwrapped(field)) this.#unwrap(field);
        else {
          code.line(`let c = ${this.#existing(field)};`);
          code.line(`if (c === undefined) c = ${this.#namesOf(field.message).zero}();`);
          this.#child(field, field.message, "c");
          this.#store(field, "c");
        }
        code.line("break; }");
        return;
      case "list":
        this.#list(field, property);
        return;
      case "map":
        this.#map(field, property);
        return;
    }
  }

  /** Emits the assignment of what was read. */
  #store(field: DescField, source: string): void {
    const name = literal(field.localName);
    const line =
      field.oneof === undefined
        ? `m[${name}] = ${source};`
        : `m[${literal(field.oneof.localName)}] = { case: ${name}, value: ${source} };`;
    this.#code.line(line);
  }

  /** A message that comes again is merged with what came before. */
  #existing(field: DescField): string {
    const name = literal(field.localName);
    if (field.oneof === undefined) return `m[${name}]`;
    const oneof = `m[${literal(field.oneof.localName)}]`;
    return `${oneof}.case === ${name} ? ${oneof}.value : undefined`;
  }

  #unwrap(field: DescField & { fieldKind: "message" }): void {
    const property = `m[${literal(field.localName)}]`;
    const value = `c[${literal(field.message.fields[0]!.localName)}]`;
    this.#code.line(`const c = ${this.#namesOf(field.message).zero}();`);
    this.#code.line(`if (${property} !== undefined) ${value} = ${property};`);
    this.#child(field, field.message, "c");
    this.#code.line(`${property} = ${value};`);
  }

  /** Emits the reading of a message into the one in the variable `child`. */
  #child(field: DescField, message: DescMessage, child: string): void {
    const { read } = this.#namesOf(message);
    const line = isGroup(field)
      ? `r.enterGroup(); ${read}(r, ${child}, ${tagOf(field.number, 4)}); r.leaveGroup();`
      : `const l = r.enterMessage(); ${read}(r, ${child}, -1); r.leaveMessage(l);`;
    this.#code.line(line);
  }

  #list(field: DescField & { fieldKind: "list" }, property: string): void {
    const code = this.#code;
    if (field.message !== undefined) {
      code.line(`case ${messageTag(field)}: { const c = ${this.#namesOf(field.message).zero}();`);
      this.#child(field, field.message, "c");
      code.line(`${property}.push(c); break; }`);
      return;
    }
    const { wireType } = scalarCode(scalarOf(field));
    const push = `a.push(${readSource(scalarOf(field))});`;
    code.line(`case ${tagOf(field.number, wireType)}: { const a = ${property}; ${push} break; }`);
    if (wireType === 2) return;
    code.line(`case ${tagOf(field.number, 2)}: { const a = ${property}, l = r.enter();`);
    code.line(`while (r.hasMore()) ${push} r.leave(l); break; }`);
  }

  #map(field: DescField & { fieldKind: "map" }, property: string): void {
    const code = this.#code;
    const key = scalarCode(field.mapKey);
    code.line(`case ${tagOf(field.number, 2)}: { const outer = r.enter(); let y = ${key.zero}, z;`);
    code.line("while (r.hasMore()) switch (r.readTag()) {");
    code.line(`case ${tagOf(1, key.wireType)}: y = ${readSource(field.mapKey)}; break;`);
    let zero: string;
    if (field.message === undefined) {
      const value = scalarCode(scalarOf(field));
      zero = field.enum === undefined ? value.zero : String(field.enum.values[0]!.number);
      code.line(`case ${tagOf(2, value.wireType)}: z = ${readSource(scalarOf(field))}; break;`);
    } else {
      zero = `${this.#namesOf(field.message).zero}()`;
      code.line(`case ${tagOf(2, 2)}: { if (z === undefined) z = ${zero};`);
      this.#child(field, field.message, "z");
      code.line("break; }");
    }
    code.line(`default: r.refuse(); } r.leave(outer); if (z === undefined) z = ${zero};`);
    if (field.mapKey === ScalarType.STRING) {
      // A plain assignment to this one key would set the prototype.
      const own = "{ value: z, writable: true, enumerable: true, configurable: true }";
      code.line(`if (y === "__proto__") Object.defineProperty(${property}, y, ${own}); else`);
    }
    code.line(`${property}[y] = z; break; }`);
  }

  #namesOf(message: DescMessage): MessageNames {
    return this.#names.get(message)!;
  }
}

function readSource(scalar: ScalarType): string {
  return `r.read${scalarCode(scalar).method}()`;
}

function messageTag(field: DescField): number {
  return tagOf(field.number, isGroup(field) ? 3 : 2);
}

function isGroup(field: DescField): boolean {
  return "delimitedEncoding" in field && field.delimitedEncoding === true;
}
