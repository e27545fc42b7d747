import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { Emitter, literal } from "../../codec/emitter.ts";
import { isUnwrapped } from "./covered-messages.ts";
import type { ProtobufOutput } from "./output.ts";
import { scalarCode, scalarOf, tagOf } from "./scalar-code.ts";

/**
 * Writes the bytes that protobuf-es writes for what its `create` makes of a value, or throws: then protobuf-es has to
 * say what it thinks of the value.
 */
export type EncodeMessage = (value: unknown, output: ProtobufOutput) => void;

/**
 * Generates straight-line code from what users give to the wire, without a message in between. Every message becomes
 * a function of the value `v`, the output `o` and whether `v` stands in a real message, `s`; in it, `m` says that `v`
 * is a real message, which protobuf-es takes as it is: with absent fields left to its prototype, and unknown ones kept.
 */
export function compileEncoder(messages: readonly DescMessage[]): EncodeMessage {
  return new EncoderEmitter(messages).compile();
}

class EncoderEmitter {
  readonly #code = new Emitter();
  readonly #messages: readonly DescMessage[];
  readonly #names: ReadonlyMap<DescMessage, string>;

  constructor(messages: readonly DescMessage[]) {
    this.#messages = messages;
    this.#names = new Map(messages.map((message) => [message, this.#code.name("e")]));
  }

  compile(): EncodeMessage {
    const code = this.#code;
    code.line("const isArray = Array.isArray, keys = Object.keys, has = Object.prototype.hasOwnProperty;");
    for (const message of this.#messages) this.#message(message);
    return code.compile(`(v, o) => ${this.#nameOf(this.#messages[0]!)}(v, o, false)`);
  }

  #message(message: DescMessage): void {
    const code = this.#code;
    code.line(`function ${this.#nameOf(message)}(v, o, s) {`);
    code.line('if (typeof v !== "object" || v === null || isArray(v)) o.refuse();');
    code.line(`const m = v.$typeName === ${literal(message.typeName)};`);
    code.line("if (s && !m) o.refuse();");
    code.line("let x;");
    const cases = new Map(message.oneofs.map((oneof) => [oneof, this.#oneof(oneof)]));
    for (const field of message.fields.toSorted((a, b) => a.number - b.number)) {
      this.#field(field, cases);
    }
    code.line("if (m && v.$unknown !== undefined) o.writeUnknown(v.$unknown);");
    code.line("}");
  }

  /** Emits the variables of a oneof: what it holds, and its case. */
  #oneof(oneof: DescOneof): { held: string; chosen: string } {
    const [held, chosen] = [this.#code.name("h"), this.#code.name("c")];
    this.#code.line(`const ${held} = v[${literal(oneof.localName)}];`);
    this.#code.line(`if (m && ${held} == null) o.refuse();`);
    this.#code.line(`const ${chosen} = ${held} == null ? undefined : ${held}.case;`);
    return { held, chosen };
  }

  #field(field: DescField, cases: ReadonlyMap<DescOneof, { held: string; chosen: string }>): void {
    const code = this.#code;
    const name = literal(field.localName);
    const oneof = field.oneof && cases.get(field.oneof);
    if (oneof !== undefined) {
      code.line(`if (${oneof.chosen} === ${name}) { x = ${oneof.held}.value;`);
      this.#tagged(field, field.number, "x");
      code.line("}");
      return;
    }
    code.line(`x = v[${name}];`);
    if (field.fieldKind === "list" || field.fieldKind === "map") {
      code.line("if (x == null) { if (m) o.refuse(); } else {");
      if (field.fieldKind === "list") this.#list(field);
      else this.#map(field);
      code.line("}");
    } else if (field.presence === Presence.IMPLICIT) {
      code.line(`if (x == null) { if (m) o.refuse(); } else if (${isPresent(field)}) {`);
      this.#tagged(field, field.number, "x");
      code.line("}");
    } else {
      code.line(`if (x != null && (!m || has.call(v, ${name}))) {`);
      this.#tagged(field, field.number, "x");
      code.line(
        field.presence === Presence.LEGACY_REQUIRED
          ? "} else o.refuse();"
          : "} else if (m && x === null) o.refuse();",
      );
    }
  }

  #list(field: DescField & { fieldKind: "list" }): void {
    const code = this.#code;
    code.line("if (!isArray(x)) o.refuse();");
    if (!field.packed) {
      code.line("for (let i = 0; i < x.length; i++) {");
      this.#tagged(field, field.number, "x[i]");
      code.line("}");
      return;
    }
    code.line("if (x.length > 0) {");
    this.#tag(field.number, 2);
    const fork = code.name("f");
    code.line(`const ${fork} = o.fork(); for (let i = 0; i < x.length; i++)`);
    this.#scalar(scalarOf(field), "x[i]");
    code.line(`o.join(${fork}); }`);
  }

  #map(field: DescField & { fieldKind: "map" }): void {
    const code = this.#code;
    code.line('if (typeof x !== "object" || isArray(x)) o.refuse();');
    code.line("for (const y of keys(x)) {");
    this.#tag(field.number, 2);
    const fork = code.name("f");
    code.line(`const ${fork} = o.fork();`);
    this.#tag(1, scalarCode(field.mapKey).wireType);
    this.#scalar(field.mapKey, keySource(field.mapKey));
    this.#tagged(field, 2, "x[y]");
    code.line(`o.join(${fork}); }`);
  }

  /** Emits a tag and the value in `source`: an item of a list, a map's value, or the field's own. */
  #tagged(field: DescField, number: number, source: string): void {
    const code = this.#code;
    if (field.message === undefined) {
      this.#tag(number, scalarCode(scalarOf(field)).wireType);
      this.#scalar(scalarOf(field), source);
      return;
    }
    const isGroup = "delimitedEncoding" in field && field.delimitedEncoding === true;
    if (isGroup) {
      this.#tag(number, 3);
      code.line(`${this.#nameOf(field.message)}(${source}, o, m);`);
      this.#tag(number, 4);
      return;
    }
    this.#tag(number, 2);
    const fork = code.name("f");
    code.line(`{ const ${fork} = o.fork();`);
    if (isUnwrapped(field)) this.#wrapped(field.message.fields[0]!);
    else code.line(`${this.#nameOf(field.message)}(${source}, o, m);`);
    code.line(`o.join(${fork}); }`);
  }

  /** The value inside a wrapper, which is all that users see of it. */
  #wrapped(field: DescField): void {
    this.#code.line(`if (${isPresent(field)}) {`);
    this.#tagged(field, field.number, "x");
    this.#code.line("}");
  }

  #scalar(scalar: ScalarType, source: string): void {
    this.#code.line(`o.write${scalarCode(scalar).method}(${source});`);
  }

  #tag(number: number, wireType: number): void {
    const tag = tagOf(number, wireType);
    this.#code.line(tag < 0x80 ? `o.writeByte(${tag});` : `o.writeVarint(${tag});`);
  }

  #nameOf(message: DescMessage): string {
    return this.#names.get(message)!;
  }
}

/** Whether `x`, of implicit presence, is not its type's zero. */
function isPresent(field: DescField): string {
  if (field.enum !== undefined) return `x !== ${field.enum.values[0]!.number}`;
  switch (field.scalar) {
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      // Unlike 0, -0 is written.
      return "!Object.is(x, 0)";
    case ScalarType.BYTES:
      return "!(x instanceof Uint8Array) || x.length > 0";
    default:
      return `x !== ${scalarCode(field.scalar!).zero}`;
  }
}

/** The key of a map entry from the property name `y`. */
function keySource(key: ScalarType): string {
  switch (key) {
    case ScalarType.STRING:
      return "y";
    case ScalarType.BOOL:
      return 'y === "true" ? true : y === "false" ? false : o.refuse()';
    default:
      return scalarCode(key).zero === "0n" ? "BigInt(y)" : "Number.parseInt(y)";
  }
}
