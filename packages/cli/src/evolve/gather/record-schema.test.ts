import type { ConsumerRecord } from "@letterpress/client";
import { headerFraming, writeSchemaId } from "@letterpress/schema";
import { expect, test } from "vitest";
import { recordSchema } from "./record-schema.ts";

const GUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

function record(value: Buffer | null, headers: ConsumerRecord["headers"] = []): ConsumerRecord {
  return { topic: "t", partition: 0, offset: 0n, timestampMs: 0, key: null, value, headers };
}

function framed(id: number): Buffer {
  const bytes = Buffer.alloc(6);
  writeSchemaId(bytes, id);
  return bytes;
}

test("the schema is named in front of the payload, or by the last header, which counts before it", () => {
  expect(recordSchema(record(framed(7)), "value")).toEqual({ key: 7, header: undefined, position: 5 });
  const header = headerFraming({ kind: "guid", guid: GUID });
  const headers = [framed(1), header].map((value) => ({ key: "__value_schema_id", value }));
  expect(recordSchema(record(framed(7), headers), "value")).toMatchObject({ key: GUID, position: 17 });
  expect(recordSchema(record(framed(7), headers.slice(0, 1)), "value")).toMatchObject({ key: 1 });
});

test("tombstones and foreign bytes name none", () => {
  expect(recordSchema(record(null), "value")).toBeUndefined();
  expect(recordSchema(record(Buffer.from("text")), "value")).toBeUndefined();
  expect(recordSchema(record(framed(7)), "key")).toBeUndefined();
  const header = { key: "__value_schema_id", value: Buffer.from([9]) };
  expect(recordSchema(record(framed(7), [header]), "value")).toBeUndefined();
});
