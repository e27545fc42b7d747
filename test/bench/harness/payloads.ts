import type { RecordInit } from "@letterpress/wire";
import { type CompressionName, encodeRecordBatch } from "@letterpress/wire";

/** What the values of produced batches are. */
export type PayloadFormat = "bytes" | "avro" | "protobuf";

export interface BatchShape {
  readonly format: PayloadFormat;
  /** Of the framing in front of Avro and Protobuf payloads. */
  readonly schemaId: number;
  readonly compression: CompressionName;
  /** About the size of a batch before compression. */
  readonly batchBytes: number;
  /** The size of a record's value; of payloads by a schema about that. */
  readonly valueBytes: number;
}

/** The schema that payloads are of, as a registry takes it. */
export const SCHEMAS = {
  avro: {
    schemaType: "AVRO",
    schema: `{"type":"record","name":"Order","namespace":"bench","fields":[
      {"name":"id","type":"string"},{"name":"customer","type":"string"},{"name":"cents","type":"long"},
      {"name":"note","type":["null","string"]},{"name":"tags","type":{"type":"array","items":"string"}}]}`,
  },
  protobuf: {
    schemaType: "PROTOBUF",
    schema: `syntax = "proto3";
      package bench;
      message Order { string id = 1; string customer = 2; int64 cents = 3; string note = 4; repeated string tags = 5; }`,
  },
} as const;

const FRAMING_BYTES = 5;
const RECORD_OVERHEAD_BYTES = 10;
const DISTINCT_BATCHES = 8;

/** A few batches that differ from each other, so that one stored in another's place is noticed. */
export function makeBatches(shape: BatchShape): Buffer[] {
  const count = Math.max(1, Math.floor(shape.batchBytes / (shape.valueBytes + RECORD_OVERHEAD_BYTES)));
  return Array.from({ length: DISTINCT_BATCHES }, (_, batch) => {
    const records = Array.from(
      { length: count },
      (_, index): RecordInit => ({
        value: makeValue(shape, batch * count + index),
      }),
    );
    return encodeRecordBatch(records, { compression: shape.compression });
  });
}

function makeValue({ format, schemaId, valueBytes }: BatchShape, sequence: number): Buffer {
  if (format === "bytes") return Buffer.alloc(valueBytes, `value ${sequence} `);
  const framing = Buffer.alloc(FRAMING_BYTES);
  framing.writeInt32BE(schemaId, 1);
  const texts = [
    `o-${100_000 + sequence}`,
    `customer-${scramble(sequence)}-${scramble(sequence + 1)}`,
    `a note of ${scramble(sequence + 2)}`,
  ] as const;
  const tags = ["one", `tag-${scramble(sequence + 3)}`] as const;
  const payload = format === "avro" ? avroOrder(texts, tags) : protobufOrder(texts, tags);
  return Buffer.concat([framing, payload]);
}

/** Eight digits that look random and are the same in every run, so that payloads compress about as real ones do. */
function scramble(sequence: number): string {
  return (Math.imul(sequence + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
}

type Texts = readonly [id: string, customer: string, note: string];

/** 2 x 603 = 1,206 as the zigzag of 603 cents, in two bytes. */
const AVRO_CENTS = [0xb6, 0x09];
const PROTOBUF_CENTS = [0x18, 0xdb, 0x04];

function avroOrder([id, customer, note]: Texts, tags: readonly string[]): Buffer {
  const text = (value: string): number[] => [value.length * 2, ...Buffer.from(value)];
  const items = tags.flatMap(text);
  return Buffer.from([
    ...text(id),
    ...text(customer),
    ...AVRO_CENTS,
    2,
    ...text(note),
    tags.length * 2,
    ...items,
    0,
  ]);
}

/** Behind the message index, which is the first message's single zero. */
function protobufOrder([id, customer, note]: Texts, tags: readonly string[]): Buffer {
  const text = (field: number, value: string): number[] => [
    (field << 3) | 2,
    value.length,
    ...Buffer.from(value),
  ];
  const items = tags.flatMap((tag) => text(5, tag));
  return Buffer.from([
    0,
    ...text(1, id),
    ...text(2, customer),
    ...PROTOBUF_CENTS,
    ...text(4, note),
    ...items,
  ]);
}
