import type { ResolvedSchema } from "@letterpress/schema";
import { camelCase } from "./names.ts";

/** Writes schemas as constants, each schema that others include once, above those that include it. */
export class SchemaConstants {
  readonly #taken: Set<string>;
  /** Names of constants by what they hold; a folder gives each included file as one object. */
  readonly #names = new Map<ResolvedSchema, string>();
  readonly #statements: string[] = [];

  /** `taken` are the names that the module has for itself. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Adds the constant `name` with `schema`, and constants for everything it includes. */
  add(name: string, schema: ResolvedSchema): void {
    const references = schema.references.map((reference) => {
      const place = `name: ${JSON.stringify(reference.name)}, subject: ${JSON.stringify(reference.subject)}`;
      return `    { ${place}, version: ${reference.version}, schema: ${this.#included(reference.name, reference.schema)} },\n`;
    });
    const list = references.length === 0 ? "[]" : `[\n${references.join("")}  ]`;
    const members = `  format: "${schema.format}",\n  text: ${textLiteral(schema.text)},\n  references: ${list},\n`;
    this.#statements.push(`const ${name}: ResolvedSchema = {\n${members}};\n`);
  }

  /** All statements, in the order in which they can be evaluated. */
  code(): string {
    return this.#statements.join("\n");
  }

  #included(name: string, schema: ResolvedSchema): string {
    const known = this.#names.get(schema);
    if (known !== undefined) return known;
    const constant = this.#freeName(`${camelCase(name)}Schema`);
    this.#names.set(schema, constant);
    this.add(constant, schema);
    return constant;
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count++) name = `${wanted}${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** A template literal keeps the schema readable, line for line as it was written. */
function textLiteral(text: string): string {
  return `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;
}
