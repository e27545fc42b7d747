import { writeWriterDeclarations } from "@letterpress/schema";
import { expect, test } from "vitest";
import { writersOf } from "./topic-writers.ts";

const schema = (schemaId: number) =>
  ({ part: "value", subject: "orders-value", schemaId, fingerprint: "ab".repeat(16) }) as const;

/** What one broker tells of a client. */
const told = (schemaId: number, declaredAtMs: bigint, producerId = 7n, leftAtMs = -1n) => ({
  clientId: "shop",
  clientHost: "/127.0.0.1",
  producerId,
  declaredAtMs,
  leftAtMs,
  writerSchemas: writeWriterDeclarations([schema(schemaId)]),
});

const idsOf = (writers: ReturnType<typeof writersOf>) =>
  writers.map(({ schemas, leftAtMs }) => [schemas[0]!.schemaId, leftAtMs]);

test("a client that several brokers know is listed once, with its latest word", () => {
  expect(idsOf(writersOf([told(1, 10n), told(2, 30n), told(1, 20n)]))).toEqual([[2, undefined]]);
  expect(writersOf([told(1, 10n), told(1, 10n, 8n)])).toHaveLength(2);
});

test("a client has left when it has left every broker", () => {
  expect(idsOf(writersOf([told(2, 30n, 7n, 40n), told(1, 10n)]))).toEqual([[1, undefined]]);
  expect(idsOf(writersOf([told(1, 10n, 7n, 50n), told(2, 30n, 7n, 40n)]))).toEqual([[2, 40]]);
});

test("clients without a producer id are told apart by who they are and what they say", () => {
  expect(writersOf([told(1, 10n, -1n), told(1, 20n, -1n), told(2, 10n, -1n)])).toMatchObject([
    { clientId: "shop", producerId: undefined, declaredAtMs: 20, schemas: [schema(1)] },
    { schemas: [schema(2)] },
  ]);
});

test("words in a form of a later day are passed over", () => {
  expect(writersOf([{ ...told(1, 10n), writerSchemas: Buffer.from("LPWS\x02 and more") }])).toEqual([]);
});
