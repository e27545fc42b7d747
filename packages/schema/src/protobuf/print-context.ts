import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  type MethodDescriptorProto,
  SymbolVisibility,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { qualify } from "./parse-context.ts";
import type { OptionOwner, ParsedFile, WrittenStatements } from "./parsed-file.ts";
import {
  compareText,
  type PrintedOption,
  printOptionName,
  printOptionValue,
  printString,
} from "./print-option.ts";

/** What the canonical printer knows of a file: what was written, and in which order it prints. */
export class PrintContext {
  readonly normalize: boolean;
  readonly syntax: string;
  readonly written: WrittenStatements;
  /** The messages that are the bodies of groups. */
  readonly groups = new Set<DescriptorProto>();
  readonly #options = new Map<object, PrintedOption[]>();
  readonly #defaults = new Map<FieldDescriptorProto, string>();
  readonly #jsonNames: ReadonlyMap<FieldDescriptorProto, string>;
  readonly #messages = new Map<string, DescriptorProto>();

  constructor(parsed: ParsedFile, normalize: boolean) {
    this.normalize = normalize;
    this.syntax = parsed.proto.syntax;
    this.written = parsed.written;
    this.#jsonNames = parsed.written.jsonNames;
    this.#collectOptions(parsed);
    for (const message of parsed.proto.messageType) this.#addMessage(message, parsed.proto.package);
    this.#addGroups(parsed.proto.extension);
  }

  #collectOptions(parsed: ParsedFile): void {
    for (const { owner, name, value, inherited } of parsed.options) {
      if (inherited === true) continue;
      const printed = printOptionName(name);
      const list = this.#options.get(owner) ?? [];
      list.push({ name: printed, text: `${printed} = ${printOptionValue(value, this.normalize)}` });
      this.#options.set(owner, list);
    }
    for (const { field, value } of parsed.defaults) this.#defaults.set(field, printOptionValue(value));
  }

  #addMessage(message: DescriptorProto, scope: string): void {
    const fullName = qualify(scope, message.name);
    this.#messages.set(`.${fullName}`, message);
    for (const nested of message.nestedType) this.#addMessage(nested, fullName);
    this.#addGroups(message.field);
    this.#addGroups(message.extension);
  }

  #addGroups(fields: readonly FieldDescriptorProto[]): void {
    for (const field of fields) {
      const group = this.groupOf(field);
      if (group !== undefined) this.groups.add(group);
    }
  }

  /** The body of a group field. */
  groupOf(field: FieldDescriptorProto): DescriptorProto | undefined {
    return field.type === Type.GROUP ? this.#messages.get(field.typeName) : undefined;
  }

  /** The entry type of a map field. */
  mapEntryOf(field: FieldDescriptorProto): DescriptorProto | undefined {
    if (field.type !== Type.MESSAGE || this.written.types.has(field)) return undefined;
    return this.#messages.get(field.typeName);
  }

  typeName(field: FieldDescriptorProto): string {
    return this.normalize ? field.typeName : (this.written.types.get(field) ?? field.typeName);
  }

  methodTypes(method: MethodDescriptorProto): { readonly input: string; readonly output: string } {
    if (this.normalize) return { input: method.inputType, output: method.outputType };
    return this.written.methodTypes.get(method)!;
  }

  options(owner: OptionOwner): readonly PrintedOption[] {
    const options = this.#options.get(owner) ?? [];
    return this.normalize ? [...options].sort((a, b) => compareText(a.name, b.name)) : options;
  }

  /** A field's options; its default and JSON name print behind the others, as in Wire. */
  fieldOptions(field: FieldDescriptorProto): PrintedOption[] {
    const options = [...this.options(field)];
    const value = this.#defaults.get(field);
    if (value !== undefined) options.push({ name: "default", text: `default = ${value}` });
    const name = this.#jsonNames.get(field);
    if (name !== undefined) options.push({ name: "json_name", text: `json_name = ${printString(name)}` });
    return this.normalize ? options.sort((a, b) => compareText(a.name, b.name)) : options;
  }

  optionLines(owner: OptionOwner): string[] {
    return this.options(owner).map((option) => `option ${option.text};\n`);
  }

  /** Normalised, every reserved value is a statement of its own. */
  reservedLines(owner: DescriptorProto | EnumDescriptorProto): string[] {
    const statements = this.written.reserved.get(owner) ?? [];
    const printed = this.normalize
      ? statements
          .flat()
          .sort(compareReserved)
          .map((value) => [value])
      : statements;
    return printed.map((values) => `reserved ${values.join(", ")};\n`);
  }

  extensionLines(message: DescriptorProto): string[] {
    const statements = this.written.extensions.get(message) ?? [];
    return statements.map(({ values, first }) => {
      const options = this.options(message.extensionRange[first]!);
      const bracketed = options.length === 0 ? "" : ` [${options.map((one) => one.text).join(", ")}]`;
      return `extensions ${values.join(", ")}${bracketed};\n`;
    });
  }

  extendBlocks(owner: DescriptorProto | FileDescriptorProto): readonly ExtendBlock[] {
    const blocks = this.written.extends.get(owner) ?? [];
    if (!this.normalize) return blocks;
    return blocks.map(({ fields }) => ({ extendee: fields[0]!.extendee, fields }));
  }

  sortFields(fields: readonly FieldDescriptorProto[]): readonly FieldDescriptorProto[] {
    return this.normalize ? [...fields].sort((a, b) => a.number - b.number) : fields;
  }

  visibility(visibility: SymbolVisibility): string {
    if (visibility === SymbolVisibility.VISIBILITY_EXPORT) return "export ";
    return visibility === SymbolVisibility.VISIBILITY_LOCAL ? "local " : "";
  }
}

/** Numbers by where they start, then names. */
function compareReserved(a: string, b: string): number {
  const [left, right] = [Number.parseInt(a, 10), Number.parseInt(b, 10)];
  if (Number.isNaN(left) || Number.isNaN(right)) {
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || compareText(a, b);
  }
  return left - right || compareText(a, b);
}

interface ExtendBlock {
  readonly extendee: string;
  readonly fields: readonly FieldDescriptorProto[];
}
