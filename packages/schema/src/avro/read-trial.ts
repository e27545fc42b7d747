import { FINDINGS_MAX, type ReadFinding, type ReadTrial } from "../read-finding.ts";
import type { ResolvedSchema } from "../schema-definition.ts";
import { SchemaError } from "../schema-error.ts";
import { writerFieldOf } from "./matching.ts";
import type { AvroRecord, AvroSchema, AvroUnion } from "./schema.ts";
import { avroSerde } from "./serde.ts";
import { unionShape } from "./shape.ts";

/** The trial of Avro payloads; the trees are those of the two schemas. */
export function avroReadTrial(pair: {
  readonly reader: ResolvedSchema;
  readonly writer: ResolvedSchema;
  readonly readerTree: AvroSchema;
  readonly writerTree: AvroSchema;
}): ReadTrial {
  const asWritten = avroSerde<unknown>(pair.writer).decoder(pair.writer);
  const asRead = resolvedDecoder(pair);
  return (buffer, start, end) => {
    try {
      const written = asWritten(buffer, start, end);
      const comparison = new ValueComparison();
      comparison.compare(pair.readerTree, pair.writerTree, asRead(buffer, start, end), written, "");
      return comparison.losses;
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      return [{ kind: "failure", path: error.path ?? "", message: error.message }];
    }
  };
}

/** Schemas that do not fit at all fail with every payload, not before. */
function resolvedDecoder({ reader, writer }: Record<"reader" | "writer", ResolvedSchema>) {
  try {
    return avroSerde<unknown>(reader).decoder(writer);
  } catch (error) {
    return (): never => {
      throw error;
    };
  }
}

/** Finds where a value, read with another schema, is not what was written. */
class ValueComparison {
  readonly losses: ReadFinding[] = [];

  compare(reader: AvroSchema, writer: AvroSchema, read: unknown, written: unknown, path: string): void {
    if (this.losses.length >= FINDINGS_MAX) return;
    if (writer.kind === "union") {
      const [branch, value] = branchOf(writer, written);
      this.compare(reader, branch, read, value, path);
    } else if (reader.kind === "union") {
      const [branch, value] = branchOf(reader, read);
      this.compare(branch, writer, value, written, path);
    } else if (reader.kind === "record" && writer.kind === "record") {
      this.#record(reader, writer, read as Fields, written as Fields, path);
    } else if (reader.kind === "array" && writer.kind === "array") {
      (written as unknown[]).forEach((item, index) => {
        this.compare(reader.items, writer.items, (read as unknown[])[index], item, `${path}[${index}]`);
      });
    } else if (reader.kind === "map" && writer.kind === "map") {
      for (const [key, value] of Object.entries(written as Fields)) {
        this.compare(reader.values, writer.values, (read as Fields)[key], value, `${path}["${key}"]`);
      }
    } else if (!sameLeaf(read, written)) {
      this.#lose(path, `${shown(written)} is read as ${shown(read)}`);
    }
  }

  #record(reader: AvroRecord, writer: AvroRecord, read: Fields, written: Fields, path: string): void {
    const readers = new Map(reader.fields.map((field) => [writerFieldOf(writer, field), field]));
    for (const field of writer.fields) {
      const here = path === "" ? field.name : `${path}.${field.name}`;
      const other = readers.get(field);
      if (other === undefined) this.#lose(here, "is written but not read");
      else this.compare(other.type, field.type, read[other.name], written[field.name], here);
    }
  }

  #lose(path: string, message: string): void {
    this.losses.push({ kind: "loss", path, message });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function branchOf(union: AvroUnion, value: unknown): [branch: AvroSchema, value: unknown] {
  const { nullIndex, wrapped, cases } = unionShape(union);
  if (value === null && nullIndex >= 0) return [union.branches[nullIndex]!, null];
  if (!wrapped) return [union.branches[cases[0]!.index]!, value];
  const chosen = value as { readonly case: string; readonly value: unknown };
  return [union.branches[cases.find(({ name }) => name === chosen.case)!.index]!, chosen.value];
}

function sameLeaf(read: unknown, written: unknown): boolean {
  if (typeof read === "bigint" || typeof written === "bigint") {
    // A bigint equals the number of the same amount, whatever its type.
    // biome-ignore lint/suspicious/noDoubleEquals: that is what == is for here
    return isNumeric(read) && isNumeric(written) && read == written;
  }
  if (typeof read === "string" && written instanceof Uint8Array) return Buffer.from(read).equals(written);
  if (read instanceof Uint8Array && typeof written === "string") return Buffer.from(written).equals(read);
  if (typeof read === "object" || typeof written === "object") return shown(read) === shown(written);
  return Object.is(read, written);
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  return (
    JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each)) ?? "nothing"
  );
}
