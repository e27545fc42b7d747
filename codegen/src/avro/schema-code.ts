import { type AvroNamed, type AvroSchema, isNamed, type LongFields, recordsOf } from "@letterpress/schema";
import { type ImportExtension, importPath } from "../source-file.ts";
import type { SchemaCode } from "../topic-module.ts";
import { differsAsInput, namedTypes } from "./type-graph.ts";
import { namespaceFile, type TypeDirectory } from "./type-names.ts";
import { typeText } from "./type-text.ts";

/** How a topic module speaks of an Avro schema: it imports its types from the namespaces' modules. */
export function avroCode(schema: AvroSchema, imports: TypeImports, topicLongs: LongFields): SchemaCode {
  for (const type of namedTypes(schema).values()) imports.reexport(type);
  const common = { longsAsNumbers: false, nameOf: imports.nameOf.bind(imports) };
  const readType = typeText(schema, { ...common, direction: "read" });
  const inputType = typeText(schema, { ...common, direction: "input" });
  const fields = recordsOf(schema).flatMap((record) =>
    record.fields.map(({ name }) => `${record.name.full}.${name}`),
  );
  const longs = Object.fromEntries(
    fields.filter((field) => topicLongs[field] !== undefined).map((field) => [field, "number"]),
  );
  const serdeOptions = Object.keys(longs).length === 0 ? "" : `, { longs: ${JSON.stringify(longs)} }`;
  return {
    imports: () => imports.statements(),
    readType,
    inputType,
    serde: (constant) => `avroSerde<${readType}, ${inputType}>(${constant}${serdeOptions})`,
    clientImports: ["avroSerde", ...(isNamed(schema) || !readType.includes("Uuid") ? [] : ["type Uuid"])],
  };
}

export interface TypeImportsOptions {
  /** The topic module that the imports are for. */
  readonly path: string;
  readonly importExtension: ImportExtension;
  /** Names that the topic module has for itself. */
  readonly taken: ReadonlySet<string>;
}

/** Collects what a topic module imports and re-exports from the modules of namespaces, for its key and its value. */
export class TypeImports {
  readonly #directory: TypeDirectory;
  readonly #options: TypeImportsOptions;
  /** Names by namespace; types that also are values are written without `type`. */
  readonly #imported = new Map<string, Set<string>>();
  readonly #exported = new Map<string, Set<string>>();
  readonly #seen: Set<string>;

  constructor(directory: TypeDirectory, options: TypeImportsOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#seen = new Set(options.taken);
  }

  /** Types whose name is taken by another one stay importable from their namespace's module. */
  reexport(type: AvroNamed): void {
    const names = [this.#directory.nameOf(type, "read")];
    if (type.kind === "record") names.push(this.#directory.nameOf(type, "input"));
    for (const name of names) {
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      add(this.#exported, type.name.namespace, type.kind === "enum" ? name : `type ${name}`);
    }
  }

  nameOf(type: AvroNamed, direction: "read" | "input"): string {
    const wanted = direction === "input" && type.kind === "record" && differsAsInput(type) ? "input" : "read";
    const name = this.#directory.nameOf(type, wanted);
    const local = this.#options.taken.has(name) ? `${name}$` : name;
    add(this.#imported, type.name.namespace, local === name ? name : `${name} as ${local}`);
    return local;
  }

  statements(): string[] {
    const { path, importExtension } = this.#options;
    const from = (namespace: string) => `"${importPath(path, namespaceFile(namespace), importExtension)}"`;
    return [
      ...[...this.#imported].map(
        ([namespace, names]) => `import type { ${[...names].join(", ")} } from ${from(namespace)};`,
      ),
      ...[...this.#exported].map(
        ([namespace, names]) => `export { ${[...names].join(", ")} } from ${from(namespace)};`,
      ),
    ];
  }
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  set.add(value);
  sets.set(key, set);
}
