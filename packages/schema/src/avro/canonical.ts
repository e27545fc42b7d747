import type { JsonNode } from "./json-reader.ts";
import { doubleText, jsonText, quoted } from "./json-text.ts";
import type { ParsedAvro } from "./parse.ts";
import { type AvroName, type AvroNamed, type AvroProperties, type AvroSchema, isNamed } from "./schema.ts";

/**
 * The text that identifies a schema in Confluent's registry: what Java's `Schema.toString` prints. Docs, aliases,
 * defaults and custom properties count; white space, the order of attributes and `{"type": "string"}` do not.
 *
 * Attributes stand in Java's order: type, name, namespace (where it differs from the enclosing one), doc, then the
 * type's own, then custom properties in the order of the text, then aliases. Types of references are names only.
 */
export function canonicalText(parsed: ParsedAvro): string {
  return new Printer(parsed, false).print();
}

/**
 * The canonical text that all spellings of a schema share: as {@link canonicalText}, with properties, aliases and
 * the keys of objects sorted, empty docs dropped, and defaults written as their type writes them.
 */
export function normalizedText(parsed: ParsedAvro): string {
  return new Printer(parsed, true).print();
}

class Printer {
  readonly #root: AvroSchema;
  readonly #normalized: boolean;
  /** Named types that are already there, and from now on go by their names. */
  readonly #printed: Set<AvroNamed>;

  constructor(parsed: ParsedAvro, normalized: boolean) {
    this.#root = parsed.schema;
    this.#normalized = normalized;
    this.#printed = new Set(parsed.references.filter(isNamed));
  }

  print(): string {
    return this.#schema(this.#root, "");
  }

  #schema(schema: AvroSchema, namespace: string): string {
    switch (schema.kind) {
      case "array":
        return object(
          `"type":"array"`,
          `"items":${this.#schema(schema.items, namespace)}`,
          ...this.#own(schema),
        );
      case "map":
        return object(
          `"type":"map"`,
          `"values":${this.#schema(schema.values, namespace)}`,
          ...this.#own(schema),
        );
      case "union":
        return `[${schema.branches.map((branch) => this.#schema(branch, namespace)).join(",")}]`;
      case "record":
      case "enum":
      case "fixed":
        if (this.#printed.has(schema)) return quoted(relativeTo(schema.name, namespace));
        this.#printed.add(schema);
        return this.#named(schema, namespace);
      default:
        if (schema.properties.size === 0) return quoted(schema.kind);
        return object(`"type":"${schema.kind}"`, ...this.#own(schema));
    }
  }

  #named(schema: AvroNamed, namespace: string): string {
    const type = schema.kind === "record" && schema.isError ? "error" : schema.kind;
    const { name } = schema;
    const parts = [`"type":"${type}"`, `"name":${quoted(name.simple)}`];
    if (name.namespace !== namespace) parts.push(`"namespace":${quoted(name.namespace)}`);
    if (schema.doc !== undefined && !(this.#normalized && schema.doc === "")) {
      parts.push(`"doc":${quoted(schema.doc)}`);
    }
    parts.push(...this.#content(schema), ...this.#own(schema));
    const aliases = new Map(schema.aliases.map((alias) => [alias.full, relativeTo(alias, name.namespace)]));
    if (aliases.size > 0) {
      const names = this.#sorted([...aliases.keys()]).map((full) => aliases.get(full)!);
      parts.push(`"aliases":${list(names)}`);
    }
    return object(...parts);
  }

  #content(schema: AvroNamed): string[] {
    if (schema.kind === "fixed") return [`"size":${schema.sizeBytes}`];
    if (schema.kind === "enum") {
      const symbols = `"symbols":${list(schema.symbols)}`;
      return schema.default === undefined ? [symbols] : [symbols, `"default":${quoted(schema.default)}`];
    }
    const fields = schema.fields.map((field) => {
      const parts = [
        `"name":${quoted(field.name)}`,
        `"type":${this.#schema(field.type, schema.name.namespace)}`,
      ];
      if (field.doc !== undefined) parts.push(`"doc":${quoted(field.doc)}`);
      if (field.default !== undefined) {
        const value = this.#normalized
          ? normalizedDefault(field.type, field.default)
          : jsonText(field.default);
        parts.push(`"default":${value}`);
      }
      if (field.order !== "ascending") parts.push(`"order":"${field.order}"`);
      const aliases = this.#sorted([...new Set(field.aliases)]);
      if (aliases.length > 0) parts.push(`"aliases":${list(aliases)}`);
      return object(...parts, ...this.#own(field));
    });
    return [`"fields":[${fields.join(",")}]`];
  }

  /** The properties that Avro itself gives no meaning to. */
  #own(node: { readonly properties: AvroProperties }): string[] {
    const keys = [...node.properties.keys()];
    const ordered = this.#normalized ? logicalFirst(this.#sorted(keys), node) : keys;
    const options = { sorted: this.#normalized };
    return ordered.map((key) => `${quoted(key)}:${jsonText(node.properties.get(key)!, options)}`);
  }

  #sorted(names: string[]): string[] {
    return this.#normalized ? names.toSorted() : names;
  }
}

/** Normalising puts what makes up a logical type before everything else; a scale of zero is left where it sorts. */
function logicalFirst(
  keys: string[],
  node: { readonly properties: AvroProperties; readonly logical?: unknown },
): string[] {
  if (node.logical === undefined) return keys;
  const scale = node.properties.get("scale");
  const hasScale = scale?.kind === "number" && Number(scale.text) !== 0;
  const isDecimal = (node.logical as { name: string }).name === "decimal";
  const first = isDecimal ? ["logicalType", "precision", ...(hasScale ? ["scale"] : [])] : ["logicalType"];
  return [...first, ...keys.filter((key) => !first.includes(key))];
}

/** A default as its type writes it: `1` of a double is `1.0`. Of a union the first branch decides, as in Java. */
function normalizedDefault(schema: AvroSchema, value: JsonNode): string {
  switch (schema.kind) {
    case "float":
    case "double":
      return value.kind === "number" ? doubleText(Number(value.text)) : jsonText(value);
    case "array":
      if (value.kind !== "array") break;
      return `[${value.items.map((item) => normalizedDefault(schema.items, item)).join(",")}]`;
    case "map":
      if (value.kind !== "object") break;
      return entriesText(value.entries, () => schema.values);
    case "record": {
      if (value.kind !== "object") break;
      return entriesText(value.entries, (key) => schema.fields.find(({ name }) => name === key)?.type);
    }
    case "union":
      return normalizedDefault(schema.branches[0]!, value);
  }
  return jsonText(value, { sorted: true });
}

function entriesText(
  entries: readonly { readonly key: string; readonly value: JsonNode }[],
  typeOf: (key: string) => AvroSchema | undefined,
): string {
  const texts = entries
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, value }) => {
      const type = typeOf(key);
      const text = type === undefined ? jsonText(value, { sorted: true }) : normalizedDefault(type, value);
      return `${quoted(key)}:${text}`;
    });
  return `{${texts.join(",")}}`;
}

/** The name as it is written where `namespace` is the enclosing one. A bare name needs no namespace anywhere. */
function relativeTo(name: AvroName, namespace: string): string {
  return name.namespace === namespace ? name.simple : name.full;
}

function object(...parts: readonly string[]): string {
  return `{${parts.join(",")}}`;
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(",")}]`;
}
