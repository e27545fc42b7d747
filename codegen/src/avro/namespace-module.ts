import {
  type AvroEnum,
  type AvroNamed,
  type AvroRecord,
  type AvroSchema,
  type LongFields,
  longsAreNumbers,
} from "@letterpress/schema";
import { propertyName } from "../names.ts";
import {
  docComment,
  GENERATED_MARK,
  type GeneratedFile,
  type ImportExtension,
  importPath,
} from "../source-file.ts";
import { scalarType } from "./scalars.ts";
import { differsAsInput } from "./type-graph.ts";
import { namespaceFile, type TypeDirectory, type TypeNames } from "./type-names.ts";
import { type Direction, typeText } from "./type-text.ts";

export interface NamespaceModuleOptions {
  readonly importExtension: ImportExtension;
  readonly longs: LongFields;
}

/** The module with the types of one Avro namespace; those of other namespaces are imported, so recursion works. */
export function namespaceModule(
  namespace: string,
  directory: TypeDirectory,
  options: NamespaceModuleOptions,
): GeneratedFile {
  return new NamespaceModule(namespace, directory, options).file();
}

class NamespaceModule {
  readonly #namespace: string;
  readonly #path: string;
  readonly #directory: TypeDirectory;
  readonly #options: NamespaceModuleOptions;
  readonly #names: TypeNames;
  readonly #imported = new Set<string>();

  constructor(namespace: string, directory: TypeDirectory, options: NamespaceModuleOptions) {
    this.#namespace = namespace;
    this.#path = namespaceFile(namespace);
    this.#directory = directory;
    this.#options = options;
    this.#names = directory.names(namespace);
  }

  file(): GeneratedFile {
    const bodies = this.#directory
      .types(this.#namespace)
      .map((type) => docComment(type.doc) + this.#declaration(type));
    const imports = [...this.#imported].sort().map((namespace) => {
      const path = importPath(this.#path, namespaceFile(namespace), this.#options.importExtension);
      return `import type * as ${this.#names.importName(namespace)} from "${path}";`;
    });
    if (bodies.some((body) => /\bUuid\b/.test(body)))
      imports.unshift(`import type { Uuid } from "@letterpress/client";`);
    const head = `${GENERATED_MARK} from the Avro namespace "${this.#namespace}". Do not edit.\n`;
    const content = [head, ...(imports.length > 0 ? [`${imports.join("\n")}\n`] : []), ...bodies].join("\n");
    return { path: this.#path, content };
  }

  #declaration(type: AvroNamed): string {
    switch (type.kind) {
      case "enum":
        return this.#enum(type);
      case "fixed":
        return `export type ${this.#names.readName(type)} = ${scalarType(type, "read", false)};\n`;
      case "record":
        return this.#record(type);
    }
  }

  #enum(type: AvroEnum): string {
    const name = this.#names.readName(type);
    const members = type.symbols
      .map((symbol) => `  ${propertyName(symbol)}: ${JSON.stringify(symbol)},\n`)
      .join("");
    return (
      `export type ${name} = ${type.symbols.map((symbol) => JSON.stringify(symbol)).join(" | ")};\n` +
      `export const ${name} = {\n${members}} as const;\n`
    );
  }

  #record(type: AvroRecord): string {
    const read = this.#interface(type, this.#names.readName(type), "read");
    const inputName = this.#names.inputName(type);
    if (!differsAsInput(type)) {
      const doc = `What writers of \`${type.name.simple}\` give: the same, as no field may be left out.`;
      return `${read}\n${docComment(doc)}export type ${inputName} = ${this.#names.readName(type)};\n`;
    }
    const doc = `What writers of \`${type.name.simple}\` give: fields with defaults may be left out.`;
    return `${read}\n${docComment(doc)}${this.#interface(type, inputName, "input")}`;
  }

  #interface(type: AvroRecord, name: string, direction: Direction): string {
    const fields = type.fields.map((field) => {
      const isOptional = direction === "input" && field.default !== undefined;
      const text = this.#text(field.type, direction, longsAreNumbers(this.#options.longs, type, field.name));
      const property = `${propertyName(field.name)}${isOptional ? "?" : ""}`;
      return `${docComment(field.doc, "  ")}  ${property}: ${text}${isOptional ? " | undefined" : ""};\n`;
    });
    return `export interface ${name} {\n${fields.join("")}}\n`;
  }

  #text(schema: AvroSchema, direction: Direction, longsAsNumbers: boolean): string {
    return typeText(schema, {
      direction,
      longsAsNumbers,
      nameOf: (type, wanted) => {
        const name = this.#directory.nameOf(type, wanted);
        const { namespace } = type.name;
        if (namespace === this.#namespace) return name;
        this.#imported.add(namespace);
        return `${this.#names.importName(namespace)}.${name}`;
      },
    });
  }
}
