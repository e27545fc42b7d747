import type { JsonNode } from "../json-reader.ts";
import { namesMatch, promotes, writerFieldOf } from "../matching.ts";
import {
  type AvroEnum,
  type AvroFixed,
  type AvroPrimitive,
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
  isNamed,
} from "../schema.ts";
import { unionShape } from "../shape.ts";
import { bytesMin } from "../width.ts";

/** How the bytes of one writer type become a value of one reader type. */
export type Plan =
  | {
      readonly kind: "leaf";
      readonly writer: AvroPrimitive | AvroFixed;
      readonly reader: AvroPrimitive | AvroFixed;
    }
  /** The reader's symbol per writer symbol; undefined where data with it has to be refused. */
  | { readonly kind: "enum"; readonly writer: AvroEnum; readonly symbols: readonly (string | undefined)[] }
  | { readonly kind: "array"; readonly items: Plan; readonly itemBytesMin: number }
  | { readonly kind: "map"; readonly values: Plan; readonly valueBytesMin: number }
  /** One plan per branch of the writer's union, chosen by the index in the data. */
  | { readonly kind: "branches"; readonly plans: readonly Plan[] }
  /** The reader's union wraps the value in `{ case, value }`. */
  | { readonly kind: "case"; readonly name: string; readonly value: Plan }
  | RecordPlan
  /** No data of this writer type can be read. */
  | { readonly kind: "refusal"; readonly message: string };

export interface RecordPlan {
  readonly kind: "record";
  readonly reader: AvroRecord;
  /** In the order of the writer's fields, which is the order of the bytes. */
  readonly steps: readonly RecordStep[];
  /** The reader's fields that the writer does not have; their defaults stand in. */
  readonly defaults: readonly FieldDefault[];
  /** Why no data of it can be read; only found while other plans already lead here. */
  refusal?: string;
}

export type RecordStep =
  | { readonly kind: "skip"; readonly type: AvroSchema }
  /** `field` is an index in the reader's fields. A peek does not move on: another field reads the same bytes. */
  | { readonly kind: "read" | "peek"; readonly field: number; readonly plan: Plan };

interface FieldDefault {
  readonly field: number;
  readonly type: AvroSchema;
  readonly value: JsonNode;
  /** Reads the default's bytes, which are the reader's own. */
  readonly plan: Plan;
}

/**
 * Resolves a writer's schema against a reader's, as the specification's "Schema Resolution" has it. With the same
 * schema on both sides it gives the plain decoding plan.
 *
 * What can be told without data refuses here; an enum symbol or a union branch that the reader lacks refuses only
 * the data that has it. Logical types are the reader's and apply after resolution.
 */
export function resolve(writer: AvroSchema, reader: AvroSchema): Plan {
  return new Resolver().plan(writer, reader);
}

class Resolver {
  /** Records already planned or being planned, so that recursion ends. */
  readonly #records = new Map<AvroRecord, Map<AvroRecord, RecordPlan>>();

  plan(writer: AvroSchema, reader: AvroSchema): Plan {
    if (writer.kind === "union") return this.#branches(writer, reader);
    if (reader.kind === "union") return this.#intoUnion(writer, reader);
    if (writer.kind === "record" && reader.kind === "record") return this.#record(writer, reader);
    if (writer.kind === "enum" && reader.kind === "enum") return enumPlan(writer, reader);
    if (writer.kind === "array" && reader.kind === "array") {
      const items = this.plan(writer.items, reader.items);
      return items.kind === "refusal"
        ? items
        : { kind: "array", items, itemBytesMin: bytesMin(writer.items) };
    }
    if (writer.kind === "map" && reader.kind === "map") {
      const values = this.plan(writer.values, reader.values);
      return values.kind === "refusal"
        ? values
        : { kind: "map", values, valueBytesMin: bytesMin(writer.values) };
    }
    if (isLeaf(writer) && isLeaf(reader)) return leafPlan(writer, reader);
    return mismatch(writer, reader);
  }

  #branches(writer: AvroUnion, reader: AvroSchema): Plan {
    const plans = writer.branches.map((branch) => this.plan(branch, reader));
    const refusal = plans.every((plan) => plan.kind === "refusal") ? plans[0] : undefined;
    return refusal ?? { kind: "branches", plans };
  }

  /** The branch with the same type and name, else the first that can take the value. */
  #intoUnion(writer: AvroSchema, reader: AvroUnion): Plan {
    const exact = reader.branches.findIndex((branch) => isSameType(writer, branch));
    const others = [...reader.branches.keys()].filter((index) => index !== exact);
    for (const index of exact < 0 ? others : [exact, ...others]) {
      const value = this.plan(writer, reader.branches[index]!);
      if (value.kind === "refusal") continue;
      const { wrapped, cases } = unionShape(reader);
      const found = cases.find((one) => one.index === index);
      return wrapped && found !== undefined ? { kind: "case", name: found.name, value } : value;
    }
    return { kind: "refusal", message: `no branch of the reader's union takes ${nameOf(writer)}` };
  }

  #record(writer: AvroRecord, reader: AvroRecord): RecordPlan | Refusal {
    const known = this.#records.get(writer)?.get(reader);
    if (known !== undefined) return refusalOf(known) ?? known;
    if (!namesMatch(writer, reader)) return mismatch(writer, reader);
    const steps: RecordStep[] = [];
    const defaults: FieldDefault[] = [];
    const plan: RecordPlan = { kind: "record", reader, steps, defaults };
    if (!this.#records.has(writer)) this.#records.set(writer, new Map());
    this.#records.get(writer)!.set(reader, plan);

    const readerIndexes = new Map<string, number[]>();
    for (const [index, field] of reader.fields.entries()) {
      const source = writerFieldOf(writer, field);
      if (source !== undefined) {
        // By their aliases, several fields may be read from one.
        readerIndexes.set(source.name, [...(readerIndexes.get(source.name) ?? []), index]);
      } else if (field.default !== undefined) {
        const own = new Resolver().plan(field.type, field.type);
        defaults.push({ field: index, type: field.type, value: field.default, plan: own });
      } else plan.refusal ??= `the writer has no field "${field.name}", and the reader has no default for it`;
    }
    for (const field of writer.fields) {
      const indexes = readerIndexes.get(field.name) ?? [];
      if (indexes.length === 0) steps.push({ kind: "skip", type: field.type });
      for (const index of indexes) {
        const step = this.plan(field.type, reader.fields[index]!.type);
        if (step.kind === "refusal") plan.refusal ??= `${reader.name.simple}.${field.name}: ${step.message}`;
        steps.push({ kind: index === indexes.at(-1) ? "read" : "peek", field: index, plan: step });
      }
    }
    return refusalOf(plan) ?? plan;
  }
}

function refusalOf(plan: RecordPlan): Refusal | undefined {
  return plan.refusal === undefined ? undefined : { kind: "refusal", message: plan.refusal };
}

type Refusal = Extract<Plan, { kind: "refusal" }>;

function leafPlan(writer: AvroPrimitive | AvroFixed, reader: AvroPrimitive | AvroFixed): Plan {
  if (writer.kind === "fixed" && reader.kind === "fixed") {
    if (!namesMatch(writer, reader)) return mismatch(writer, reader);
    if (writer.sizeBytes !== reader.sizeBytes) {
      const message = `${nameOf(reader)} has ${reader.sizeBytes} bytes, the writer's has ${writer.sizeBytes}`;
      return { kind: "refusal", message };
    }
    return { kind: "leaf", writer, reader };
  }
  const fits = writer.kind === reader.kind || promotes(writer.kind, reader.kind);
  return fits ? { kind: "leaf", writer, reader } : mismatch(writer, reader);
}

function enumPlan(writer: AvroEnum, reader: AvroEnum): Plan {
  if (!namesMatch(writer, reader)) return mismatch(writer, reader);
  const known = new Set(reader.symbols);
  const symbols = writer.symbols.map((symbol) => (known.has(symbol) ? symbol : reader.default));
  return { kind: "enum", writer, symbols };
}

function mismatch(writer: AvroSchema, reader: AvroSchema): Refusal {
  return { kind: "refusal", message: `${nameOf(writer)} cannot be read as ${nameOf(reader)}` };
}

function isLeaf(schema: AvroSchema): schema is AvroPrimitive | AvroFixed {
  return schema.kind !== "record" && schema.kind !== "enum" && !isContainer(schema);
}

function isContainer(schema: AvroSchema): boolean {
  return schema.kind === "array" || schema.kind === "map" || schema.kind === "union";
}

function isSameType(writer: AvroSchema, branch: AvroSchema): boolean {
  if (writer.kind !== branch.kind) return false;
  return !isNamed(writer) || !isNamed(branch) || writer.name.full === branch.name.full;
}

function nameOf(schema: AvroSchema): string {
  return "name" in schema ? `${schema.kind} "${schema.name.full}"` : schema.kind;
}
