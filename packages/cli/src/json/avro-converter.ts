import { type AvroRecord, type AvroSchema, type AvroUnion, unionShape } from "@letterpress/schema";
import { type JsonConverter, leafConverter } from "./avro-leaf.ts";
import { JsonFault, shown, within } from "./json-fault.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Converts between JSON and the SDK's form of an Avro type. Only what the two hold differently is looked at; the
 * serde checks the rest when it encodes.
 */
export function avroConverter(schema: AvroSchema): JsonConverter {
  return new Converters().of(schema);
}

class Converters {
  /** Records by type, so that recursive ones end. */
  readonly #records = new Map<AvroRecord, JsonConverter>();

  of(schema: AvroSchema): JsonConverter {
    switch (schema.kind) {
      case "record":
        return this.#records.get(schema) ?? this.#record(schema);
      case "array":
        return array(this.of(schema.items));
      case "map":
        return map(this.of(schema.values));
      case "union":
        return this.#union(schema);
      case "enum":
        return { fromJson: (json) => json, toJson: (value) => value };
      default:
        return leafConverter(schema);
    }
  }

  #record(schema: AvroRecord): JsonConverter {
    const fields = new Map<string, JsonConverter>();
    const converter: JsonConverter = {
      fromJson: (json) => {
        const result: Record<string, unknown> = Object.create(null);
        for (const [name, value] of Object.entries(objectOf(json))) {
          const field = fields.get(name);
          if (field === undefined) {
            throw new JsonFault(
              `is no field of ${schema.name.full}; it has ${[...fields.keys()].join(", ")}`,
              name,
            );
          }
          result[name] = within(name, () => field.fromJson(value));
        }
        return result;
      },
      toJson: (value) => {
        const result: Record<string, unknown> = Object.create(null);
        for (const [name, field] of fields) result[name] = field.toJson((value as JsonObject)[name]);
        return result;
      },
    };
    this.#records.set(schema, converter);
    for (const { name, type } of schema.fields) fields.set(name, this.of(type));
    return converter;
  }

  #union(schema: AvroUnion): JsonConverter {
    const { nullIndex, wrapped, cases } = unionShape(schema);
    const branches = new Map(cases.map(({ name, index }) => [name, this.of(schema.branches[index]!)]));
    const [only] = branches.values();
    const isNull = (value: unknown): boolean => nullIndex >= 0 && value === null;
    if (!wrapped) {
      return {
        fromJson: (json) => (isNull(json) || only === undefined ? json : only.fromJson(json)),
        toJson: (value) => (isNull(value) || only === undefined ? value : only.toJson(value)),
      };
    }
    return {
      fromJson: (json) => {
        if (isNull(json)) return null;
        const { case: name, value } = objectOf(json);
        const branch = branches.get(String(name));
        if (branch !== undefined) return { case: name, value: within("value", () => branch.fromJson(value)) };
        const known = [...branches.keys()].join(", ");
        throw new JsonFault(`must be {"case": ..., "value": ...} with one of ${known}; it is ${shown(json)}`);
      },
      toJson: (value) => {
        if (isNull(value)) return null;
        const { case: name, value: inner } = value as { case: string; value: unknown };
        return { case: name, value: branches.get(name)!.toJson(inner) };
      },
    };
  }
}

function array(items: JsonConverter): JsonConverter {
  return {
    fromJson: (json) => {
      if (!Array.isArray(json)) throw new JsonFault(`must be an array; it is ${shown(json)}`);
      return json.map((item, index) => within(index, () => items.fromJson(item)));
    },
    toJson: (value) => (value as unknown[]).map((item) => items.toJson(item)),
  };
}

function map(values: JsonConverter): JsonConverter {
  const convert = (source: JsonObject, one: (value: unknown) => unknown) => {
    const result: Record<string, unknown> = Object.create(null);
    for (const [key, value] of Object.entries(source)) result[key] = within(key, () => one(value));
    return result;
  };
  return {
    fromJson: (json) => convert(objectOf(json), values.fromJson),
    toJson: (value) => convert(value as JsonObject, values.toJson),
  };
}

function objectOf(json: unknown): JsonObject {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as JsonObject;
  throw new JsonFault(`must be an object; it is ${shown(json)}`);
}
