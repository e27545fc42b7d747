import type { SourceLocation } from "../schema-error.ts";
import { type JsonNode, type JsonObject, schemaFault } from "./json-reader.ts";
import type { AvroProperties } from "./schema.ts";

/** What Avro itself gives a meaning; everything else is a custom property. */
const RESERVED = {
  type: new Set([
    "type",
    "name",
    "namespace",
    "doc",
    "aliases",
    "fields",
    "items",
    "values",
    "symbols",
    "size",
  ]),
  field: new Set(["type", "name", "doc", "aliases", "default", "order"]),
} as const;

interface TextAttribute {
  readonly value: string;
  readonly node: JsonNode;
}

/** The attributes of one type or field, taken by name with their kinds checked. */
export class Attributes {
  readonly location: SourceLocation;
  readonly #object: JsonObject;
  readonly #reserved: ReadonlySet<string>;

  constructor(object: JsonObject, of: keyof typeof RESERVED = "type") {
    this.#object = object;
    this.#reserved = RESERVED[of];
    this.location = object.location;
  }

  optional(key: string): JsonNode | undefined {
    return this.#object.entries.find((entry) => entry.key === key)?.value;
  }

  required(key: string): JsonNode {
    const node = this.optional(key);
    if (node === undefined) throw schemaFault(`"${key}" is missing`, this.location);
    return node;
  }

  text(key: string): TextAttribute {
    const node = this.required(key);
    if (node.kind !== "string") throw schemaFault(`"${key}" has to be text`, node.location);
    return { value: node.value, node };
  }

  optionalText(key: string): string | undefined {
    return this.optional(key) === undefined ? undefined : this.text(key).value;
  }

  list(key: string): readonly JsonNode[] {
    const node = this.required(key);
    if (node.kind !== "array") throw schemaFault(`"${key}" has to be an array`, node.location);
    return node.items;
  }

  texts(key: string, presence: "required" | "optional" = "optional"): TextAttribute[] {
    if (presence === "optional" && this.optional(key) === undefined) return [];
    return this.list(key).map((node) => {
      if (node.kind !== "string") throw schemaFault(`"${key}" has to hold text only`, node.location);
      return { value: node.value, node };
    });
  }

  /** The custom properties; `alsoReserved` has a meaning in this kind of type. */
  properties(alsoReserved?: string): AvroProperties {
    const custom = this.#object.entries.filter(
      (entry) => !this.#reserved.has(entry.key) && entry.key !== alsoReserved,
    );
    return new Map(custom.map((entry) => [entry.key, entry.value]));
  }
}
