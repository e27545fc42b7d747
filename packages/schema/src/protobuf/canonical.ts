import type {
  DescriptorProto,
  EnumDescriptorProto,
  EnumValueDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
  MethodDescriptorProto,
  OneofDescriptorProto,
  ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import type { ParsedFile } from "./parsed-file.ts";
import { PrintContext } from "./print-context.ts";
import { compareText, indent, printBracketed } from "./print-option.ts";
import { scalarTypeNames } from "./scalar-types.ts";

/**
 * A schema's identity in a registry: its text as Confluent's registry prints it, which drops comments and layout and
 * keeps everything else as written, in Wire's order: options, fields, oneofs, groups, extension ranges, nested
 * messages, nested enums, extensions.
 *
 * @param normalize Sorts what has no order (imports, options, fields by number, enum values, reserved values) and
 *   writes names of types in full.
 */
export function canonicalText(parsed: ParsedFile, normalize = false): string {
  return new CanonicalPrinter(new PrintContext(parsed, normalize)).file(parsed.proto);
}

class CanonicalPrinter {
  readonly #context: PrintContext;

  constructor(context: PrintContext) {
    this.#context = context;
  }

  file(proto: FileDescriptorProto): string {
    const { written } = this.#context;
    let text = written.syntax === undefined ? "" : `${written.syntax}\n`;
    if (proto.package !== "") text += `package ${proto.package};\n`;
    return (
      text +
      section(this.#imports(proto)) +
      section(this.#context.optionLines(proto)) +
      section([
        ...proto.messageType.filter(this.#isDeclared).map((one) => this.#message(one)),
        ...proto.enumType.map((one) => this.#enum(one)),
      ]) +
      section(this.#extends(proto)) +
      section(proto.service.map((one) => this.#service(one)))
    );
  }

  #imports(proto: FileDescriptorProto): string[] {
    const lines: string[][] = [[], [], []];
    for (const [index, path] of proto.dependency.entries()) {
      const isPublic = proto.publicDependency.includes(index);
      const isWeak = proto.weakDependency.includes(index);
      lines[isPublic ? 1 : 0]!.push(`import ${isPublic ? "public " : isWeak ? "weak " : ""}"${path}";\n`);
    }
    for (const path of proto.optionDependency) lines[2]!.push(`import option "${path}";\n`);
    return lines.flatMap((group) => (this.#context.normalize ? group.sort(compareText) : group));
  }

  /** Groups print where their fields stand. */
  readonly #isDeclared = (message: DescriptorProto): boolean =>
    message.options?.mapEntry !== true && !this.#context.groups.has(message);

  #message(message: DescriptorProto): string {
    const visibility = this.#context.visibility(message.visibility);
    return `${visibility}message ${message.name} {${this.#messageBody(message)}}\n`;
  }

  #messageBody(message: DescriptorProto): string {
    const context = this.#context;
    const isSynthetic = (field: FieldDescriptorProto): boolean => field.proto3Optional;
    const inOneof = (field: FieldDescriptorProto): boolean =>
      Object.hasOwn(field, "oneofIndex") && !isSynthetic(field);
    const own = context.sortFields(message.field.filter((field) => !inOneof(field)));
    const oneofs = message.oneofDecl
      .map((oneof, index) => ({
        oneof,
        fields: message.field.filter((one) => inOneof(one) && one.oneofIndex === index),
      }))
      .filter(({ fields }) => fields.length > 0);
    if (context.normalize) oneofs.sort((a, b) => lowestNumber(a.fields) - lowestNumber(b.fields));
    return (
      nested(context.reservedLines(message)) +
      nested(context.optionLines(message)) +
      nested(own.filter((field) => field.type !== Type.GROUP).map((field) => this.#field(field))) +
      nested(oneofs.map(({ oneof, fields }) => this.#oneof(oneof, fields))) +
      nested(own.filter((field) => field.type === Type.GROUP).map((field) => this.#group(field))) +
      nested(context.extensionLines(message)) +
      nested([
        ...message.nestedType.filter(this.#isDeclared).map((one) => this.#message(one)),
        ...message.enumType.map((one) => this.#enum(one)),
      ]) +
      nested(this.#extends(message))
    );
  }

  #field(field: FieldDescriptorProto): string {
    const options = printBracketed(this.#context.fieldOptions(field));
    const label = this.#label(field);
    return `${label}${this.#typeName(field)} ${field.name} = ${field.number}${options};\n`;
  }

  #group(field: FieldDescriptorProto): string {
    const group = this.#context.groupOf(field)!;
    const options = printBracketed(this.#context.fieldOptions(field));
    return `${this.#label(field)}group ${group.name} = ${field.number}${options} {${this.#messageBody(group)}}\n`;
  }

  #label(field: FieldDescriptorProto): string {
    const { syntax } = this.#context;
    if (this.#context.mapEntryOf(field) !== undefined) return "";
    if (field.label === Label.REPEATED) return "repeated ";
    if (field.label === Label.REQUIRED) return "required ";
    const inOneof = Object.hasOwn(field, "oneofIndex");
    return field.proto3Optional || (syntax === "" && !inOneof) ? "optional " : "";
  }

  #typeName(field: FieldDescriptorProto): string {
    const scalar = scalarTypeNames.get(field.type);
    if (scalar !== undefined) return scalar;
    const entry = this.#context.mapEntryOf(field);
    if (entry === undefined) return this.#context.typeName(field);
    return `map<${this.#typeName(entry.field[0]!)}, ${this.#typeName(entry.field[1]!)}>`;
  }

  #oneof(oneof: OneofDescriptorProto, fields: readonly FieldDescriptorProto[]): string {
    const sorted = this.#context.sortFields(fields);
    const plain = sorted.filter((field) => field.type !== Type.GROUP).map((field) => this.#field(field));
    const groups = sorted.filter((field) => field.type === Type.GROUP).map((field) => this.#group(field));
    return `oneof ${oneof.name} {${nested(this.#context.optionLines(oneof))}${nested(plain)}${nested(groups)}}\n`;
  }

  #enum(type: EnumDescriptorProto): string {
    const context = this.#context;
    const values = context.normalize ? [...type.value].sort(compareEnumValues) : type.value;
    const lines = values.map(
      (value) => `${value.name} = ${value.number}${printBracketed(context.options(value))};\n`,
    );
    const reserved = nested(context.reservedLines(type));
    const body = [...context.optionLines(type), ...lines].map(indent).join("");
    return `${context.visibility(type.visibility)}enum ${type.name} {${reserved || "\n"}${body}}\n`;
  }

  #extends(owner: DescriptorProto | FileDescriptorProto): string[] {
    return this.#context.extendBlocks(owner).map(({ extendee, fields }) => {
      const sorted = this.#context.sortFields(fields);
      const lines = sorted.map((field) =>
        field.type === Type.GROUP ? this.#group(field) : this.#field(field),
      );
      return `extend ${extendee} {${nested(lines)}}\n`;
    });
  }

  #service(service: ServiceDescriptorProto): string {
    const methods = service.method.map((method) => this.#method(method));
    return `service ${service.name} {${nested(this.#context.optionLines(service))}${nested(methods)}}\n`;
  }

  #method(method: MethodDescriptorProto): string {
    const { input, output } = this.#context.methodTypes(method);
    const request = `${method.clientStreaming ? "stream " : ""}${input}`;
    const response = `${method.serverStreaming ? "stream " : ""}${output}`;
    const options = this.#context.optionLines(method).map(indent).join("");
    return `rpc ${method.name} (${request}) returns (${response})${options === "" ? "" : ` {\n${options}}`};\n`;
  }
}

/**
 * By number, then by name, but zero first: negative numbers in front, where Confluent puts them, would be no valid
 * enum any more.
 */
function compareEnumValues(a: EnumValueDescriptorProto, b: EnumValueDescriptorProto): number {
  if ((a.number === 0) !== (b.number === 0)) return a.number === 0 ? -1 : 1;
  return a.number - b.number || compareText(a.name, b.name);
}

/** A part of a file: an empty line, then its statements. */
function section(statements: readonly string[]): string {
  return statements.length === 0 ? "" : `\n${statements.join("")}`;
}

/** A part of a block: it begins on a line of its own. */
function nested(statements: readonly string[]): string {
  return statements.length === 0 ? "" : `\n${statements.map(indent).join("")}`;
}

function lowestNumber(fields: readonly FieldDescriptorProto[]): number {
  return Math.min(...fields.map((field) => field.number));
}
