import { Attributes } from "./attributes.ts";
import { defaultFault } from "./default-value.ts";
import { type JsonNode, type JsonObject, schemaFault } from "./json-reader.ts";
import { NAMED_TYPES_MAX } from "./limits.ts";
import { logicalTypeOf } from "./logical-type.ts";
import { checkSimpleName, isPrimitiveName, resolveName } from "./names.ts";
import { findEndlessRecord } from "./recursion.ts";
import type {
  AvroEnum,
  AvroField,
  AvroFixed,
  AvroName,
  AvroNamed,
  AvroPrimitive,
  AvroRecord,
  AvroSchema,
  AvroUnion,
} from "./schema.ts";

/** Larger `fixed` types are refused: a value of one has to fit into a record. */
const FIXED_BYTES_MAX = 16 * 1024 * 1024;

/** Turns the JSON of one text into a schema; what it defines joins the types that are known already. */
export class SchemaParser {
  readonly #named: Map<string, AvroNamed>;
  /** Fields whose defaults wait to be checked. */
  readonly #defaults: { readonly record: AvroRecord; readonly field: AvroField }[] = [];

  constructor(named: Map<string, AvroNamed>) {
    this.#named = named;
  }

  parse(node: JsonNode): AvroSchema {
    const schema = this.#schema(node, "");
    const endless = findEndlessRecord(schema);
    if (endless !== undefined) {
      throw schemaFault(
        `"${endless.name.full}" contains itself without end; make the field that leads back a union with null, an array or a map`,
        endless.location,
      );
    }
    // Defaults are checked last: only now do recursive types know all their fields.
    for (const { record, field } of this.#defaults) this.#checkDefault(record, field);
    return schema;
  }

  #schema(node: JsonNode, namespace: string): AvroSchema {
    if (node.kind === "string") return this.#byName(node.value, node, namespace);
    if (node.kind === "array") return this.#union(node.items, node, namespace);
    if (node.kind === "object") return this.#object(node, namespace);
    throw schemaFault("expected a type: a name, an object or an array of types", node.location);
  }

  #byName(name: string, node: JsonNode, namespace: string): AvroSchema {
    if (isPrimitiveName(name)) {
      return { kind: name, location: node.location, properties: new Map(), logical: undefined };
    }
    const full = resolveName(name, undefined, namespace, node.location).full;
    const found = this.#named.get(full) ?? this.#named.get(name);
    if (found !== undefined) return found;
    throw schemaFault(
      `"${full}" is not a type known here; define it above its first use, or add a reference to the schema that defines it`,
      node.location,
      "MISSING_REFERENCE",
    );
  }

  #union(items: readonly JsonNode[], node: JsonNode, namespace: string): AvroUnion {
    const branches = items.map((item) => this.#schema(item, namespace));
    const seen = new Set<string>();
    branches.forEach((branch, index) => {
      const at = items[index]!.location;
      if (branch.kind === "union") throw schemaFault("a union cannot directly contain another union", at);
      const key = "name" in branch ? branch.name.full : branch.kind;
      if (seen.has(key)) throw schemaFault(`the union already has a branch "${key}"`, at);
      seen.add(key);
    });
    if (branches.length === 0) throw schemaFault("a union needs at least one branch", node.location);
    return { kind: "union", location: node.location, properties: new Map(), branches };
  }

  #object(node: JsonObject, namespace: string): AvroSchema {
    const attributes = new Attributes(node);
    const type = attributes.text("type");
    const location = node.location;
    switch (type.value) {
      case "array": {
        const items = this.#schema(attributes.required("items"), namespace);
        return { kind: "array", location, properties: attributes.properties(), items };
      }
      case "map": {
        const values = this.#schema(attributes.required("values"), namespace);
        return { kind: "map", location, properties: attributes.properties(), values };
      }
      case "record":
      case "error":
        return this.#record(attributes, namespace, type.value === "error");
      case "enum":
        return this.#enum(attributes, namespace);
      case "fixed":
        return this.#fixed(attributes, namespace);
    }
    if (!isPrimitiveName(type.value)) return this.#byName(type.value, type.node, namespace);
    const properties = attributes.properties();
    const logical = logicalTypeOf(type.value, properties);
    return { kind: type.value, location, properties, logical } satisfies AvroPrimitive;
  }

  #record(attributes: Attributes, namespace: string, isError: boolean): AvroRecord {
    const { name, aliases } = this.#nameAndAliases(attributes, namespace);
    const fields: AvroField[] = [];
    const record: AvroRecord = {
      kind: "record",
      location: attributes.location,
      name,
      aliases,
      doc: attributes.optionalText("doc"),
      isError,
      fields,
      properties: attributes.properties(),
    };
    this.#define(record);
    const seen = new Set<string>();
    for (const node of attributes.list("fields")) {
      if (node.kind !== "object")
        throw schemaFault("expected a field: an object with name and type", node.location);
      const field = this.#field(new Attributes(node, "field"), name.namespace);
      if (seen.has(field.name))
        throw schemaFault(`the record already has a field "${field.name}"`, field.location);
      seen.add(field.name);
      fields.push(field);
      if (field.default !== undefined) this.#defaults.push({ record, field });
    }
    return record;
  }

  #field(attributes: Attributes, namespace: string): AvroField {
    const name = attributes.text("name");
    checkSimpleName(name.value, "a field name", name.node.location);
    const order = attributes.optionalText("order") ?? "ascending";
    if (order !== "ascending" && order !== "descending" && order !== "ignore") {
      throw schemaFault(`the order "${order}" is not ascending, descending or ignore`, attributes.location);
    }
    return {
      name: name.value,
      location: attributes.location,
      doc: attributes.optionalText("doc"),
      type: this.#schema(attributes.required("type"), namespace),
      default: attributes.optional("default"),
      aliases: attributes.texts("aliases").map((alias) => alias.value),
      order,
      properties: attributes.properties(),
    };
  }

  #enum(attributes: Attributes, namespace: string): AvroEnum {
    const { name, aliases } = this.#nameAndAliases(attributes, namespace);
    const symbols = new Set<string>();
    for (const { value, node } of attributes.texts("symbols", "required")) {
      checkSimpleName(value, "an enum symbol", node.location);
      if (symbols.has(value)) throw schemaFault(`the enum already has the symbol "${value}"`, node.location);
      symbols.add(value);
    }
    const defaultSymbol = attributes.optionalText("default");
    if (defaultSymbol !== undefined && !symbols.has(defaultSymbol)) {
      throw schemaFault(
        `the default "${defaultSymbol}" is not one of the enum's symbols`,
        attributes.location,
      );
    }
    const schema: AvroEnum = {
      kind: "enum",
      location: attributes.location,
      name,
      aliases,
      doc: attributes.optionalText("doc"),
      symbols: [...symbols],
      default: defaultSymbol,
      properties: attributes.properties("default"),
    };
    this.#define(schema);
    return schema;
  }

  #fixed(attributes: Attributes, namespace: string): AvroFixed {
    const { name, aliases } = this.#nameAndAliases(attributes, namespace);
    const size = attributes.required("size");
    const sizeBytes = size.kind === "number" && /^\d+$/.test(size.text) ? Number(size.text) : -1;
    if (sizeBytes < 0 || sizeBytes > FIXED_BYTES_MAX) {
      throw schemaFault(`"size" has to be a number of bytes from 0 to ${FIXED_BYTES_MAX}`, size.location);
    }
    const properties = attributes.properties();
    const schema: AvroFixed = {
      kind: "fixed",
      location: attributes.location,
      name,
      aliases,
      doc: attributes.optionalText("doc"),
      sizeBytes,
      properties,
      logical: logicalTypeOf("fixed", properties, sizeBytes),
    };
    this.#define(schema);
    return schema;
  }

  #nameAndAliases(attributes: Attributes, enclosing: string): { name: AvroName; aliases: AvroName[] } {
    const written = attributes.text("name");
    const name = resolveName(
      written.value,
      attributes.optionalText("namespace"),
      enclosing,
      written.node.location,
    );
    if (isPrimitiveName(name.full)) {
      throw schemaFault(
        `"${name.full}" is the name of a primitive type; choose another`,
        written.node.location,
      );
    }
    const aliases = attributes
      .texts("aliases")
      .map((alias) => resolveName(alias.value, undefined, name.namespace, alias.node.location));
    return { name, aliases };
  }

  #define(schema: AvroNamed): void {
    const earlier = this.#named.get(schema.name.full);
    if (earlier !== undefined) {
      const { file, line } = earlier.location;
      throw schemaFault(
        `"${schema.name.full}" is already defined (${file ?? "this schema"}, line ${line}); use it by its name, or rename one of the two`,
        schema.location,
      );
    }
    if (this.#named.size >= NAMED_TYPES_MAX) {
      throw schemaFault(
        `there are more than ${NAMED_TYPES_MAX} named types; split the schema`,
        schema.location,
      );
    }
    this.#named.set(schema.name.full, schema);
  }

  #checkDefault(record: AvroRecord, field: AvroField): void {
    const fault = defaultFault(field.type, field.default!);
    if (fault === undefined) return;
    throw schemaFault(
      `the default of "${record.name.simple}.${field.name}" ${fault}`,
      field.default!.location,
    );
  }
}
