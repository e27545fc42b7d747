import { fieldKey, type KeyContract, type Serde, type TopicContract } from "@letterpress/client";
import type { Contract } from "@letterpress/codegen";
import { ID_FRAMING_BYTES, readMessageIndexes } from "@letterpress/schema";
import type { JsonCodec, MakeJsonCodec } from "../json/json-codec.ts";

/** What generated code holds for a topic, made at run time, and the way from JSON to it. */
export interface RuntimeContract {
  readonly contract: TopicContract<unknown, unknown>;
  readonly value: JsonCodec;
  /** The codec of keys that have a schema of their own. */
  readonly key: JsonCodec | undefined;
}

export function runtimeContract(source: Contract, makeCodec: MakeJsonCodec): RuntimeContract {
  const value = makeCodec(source.value.schema, messageIndexes(source.value.messageIndexes));
  const key =
    source.key.kind === "schema"
      ? makeCodec(source.key.schema.schema, messageIndexes(source.key.schema.messageIndexes))
      : undefined;
  return {
    value,
    key,
    contract: {
      topic: source.topic,
      key: keyContract(source.key, value.serde, key),
      value: value.serde,
      partitions: source.partitions,
      partitioner: source.partitioner,
      subjectNameStrategy: source.subjectNameStrategy,
    },
  };
}

/** Avro contracts have no message indexes; the codec's default then stands. */
function messageIndexes(indexes: readonly number[]): readonly number[] | undefined {
  return indexes.length === 0 ? undefined : indexes;
}

function keyContract(
  key: Contract["key"],
  value: Serde<unknown>,
  keyCodec: JsonCodec | undefined,
): KeyContract<unknown, unknown> {
  if (key.kind === "schema") return { kind: "schema", serde: keyCodec!.serde };
  if (key.kind === "none") return { kind: "none" };
  const { field, keyKind } = key;
  return fieldKey(
    field,
    keyKind,
    (record) => fieldOf(record, field) ?? fieldOf(asRead(value, record), field),
  ) as KeyContract<unknown, unknown>;
}

function fieldOf(record: unknown, field: string): never {
  return (record as Readonly<Record<string, unknown>>)[field] as never;
}

/** The record as a reader sees it, with the defaults of the fields that were left out. */
function asRead(serde: Serde<unknown>, record: unknown): unknown {
  const bytes = serde.encode(0, record);
  const start =
    serde.format === "AVRO" ? ID_FRAMING_BYTES : readMessageIndexes(bytes, ID_FRAMING_BYTES).position;
  return serde.decoder(serde.schema)(bytes, start, bytes.length);
}
