import { avroSerde, readerFingerprint, type TopicContract } from "@letterpress/schema";
import { expect, test } from "vitest";
import { writerSchemasOf } from "./writer-schemas-of.ts";

const serde = <T>(text: string) => avroSerde<T>({ format: "AVRO", text, references: [] });
const KEY = serde<string>('"string"');
const VALUE = serde<{ id: string }>(
  '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"}]}',
);
const CONTRACT: TopicContract<string, { id: string }> = {
  topic: "orders",
  key: { kind: "schema", serde: KEY },
  value: VALUE,
  partitions: 1,
  partitioner: "murmur2",
  subjectNameStrategy: "TopicName",
};

test("keys with a schema of their own are declared beside values, under the subjects of the strategy", () => {
  const value = { part: "value", schemaId: 1, fingerprint: readerFingerprint(VALUE.schema) };
  const key = { part: "key", schemaId: 2, fingerprint: readerFingerprint(KEY.schema) };
  const ids = { value: 1, key: 2 };
  expect(writerSchemasOf(CONTRACT, ids)).toEqual([
    { ...value, subject: "orders-value" },
    { ...key, subject: "orders-key" },
  ]);
  const byRecord = { ...CONTRACT, key: { kind: "none" }, subjectNameStrategy: "RecordName" } as const;
  expect(writerSchemasOf(byRecord, { value: 1, key: undefined })).toEqual([
    { ...value, subject: "shop.Order" },
  ]);
});
