import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Letterpress, RegistryClient } from "@letterpress/client";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const NOTE =
  '{"type":"record","name":"Note","fields":[{"name":"text","type":"string"},{"name":"stars","type":"int"}]}';
const OTHER = '{"type":"record","name":"Other","fields":[{"name":"flag","type":"boolean"}]}';

let folder: string;
let letterpress: TestServer;
let client: Letterpress;
let noteId: number;
let otherId: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "letterpress-bad-input-"));
  await writeFile(
    join(folder, "topics.yaml"),
    "topics:\n  notes: { value: note.avsc, validation: full }\n  others: { value: other.avsc }\n",
  );
  await writeFile(join(folder, "note.avsc"), NOTE);
  await writeFile(join(folder, "other.avsc"), OTHER);
  letterpress = await startTestServer({ contracts: join(folder, "topics.yaml") });
  client = letterpress.client();
  const registry = new RegistryClient({ url: letterpress.registry });
  noteId = (await registry.latest("notes-value")).id;
  otherId = (await registry.latest("others-value")).id;
});
afterAll(async () => {
  await letterpress.close();
  await rm(folder, { recursive: true, force: true });
});

async function endOffset(): Promise<bigint> {
  const [end] = await client.admin().topics.listOffsets([{ topic: "notes", partition: 0 }], "latest");
  return end!.offset;
}

let before: bigint;
beforeEach(async () => {
  before = await endOffset();
});

function framed(id: number, payload: readonly number[]): Buffer {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.writeInt32BE(id, 1);
  bytes.set(payload, 5);
  return bytes;
}

/** The text "hi" and three stars. */
const GOOD = [4, 0x68, 0x69, 6];

test("a sound record is stored", async () => {
  await client.producer().send({ topic: "notes", value: framed(noteId, GOOD) });
  expect(await endOffset()).toBe(before + 1n);
});

test.each([
  ["no framing at all", () => Buffer.from("plain text"), /names no schema|first byte/],
  ["an unknown schema id", () => framed(999_999, GOOD), /999999/],
  ["a right id of another subject", () => framed(otherId, [1]), /notes-value/],
  ["a payload that ends too soon", () => framed(noteId, GOOD.slice(0, 3)), /stars/],
  ["a payload with bytes left over", () => framed(noteId, [...GOOD, 0]), /./],
  ["a payload with a negative length", () => framed(noteId, [3, 0x68, 0x69, 6]), /text/],
  ["an empty value", () => Buffer.alloc(0), /./],
])(
  "%s is rejected with the record's index and a reason, and nothing is stored",
  async (_name, value, reason) => {
    const good = { value: framed(noteId, GOOD) };
    const sending = client.producer().sendBatch("notes", [good, { value: value() }, good]);
    await expect(sending).rejects.toMatchObject({
      code: "RECORD_REJECTED",
      records: [{ index: 1, message: expect.stringMatching(reason) }],
    });
    expect(await endOffset()).toBe(before);
  },
);

test("every bad record of a batch is reported, compressed or not", async () => {
  for (const compression of ["none", "lz4"] as const) {
    const values = [framed(1e6, GOOD), framed(noteId, GOOD), Buffer.from("x"), framed(noteId, [])];
    const sending = client.producer({ compression }).sendBatch(
      "notes",
      values.map((value) => ({ value })),
    );
    await expect(sending).rejects.toMatchObject({ records: [{ index: 0 }, { index: 2 }, { index: 3 }] });
  }
  expect(await endOffset()).toBe(before);
});

test("tombstones pass, and other clients get Kafka's own error", async () => {
  await client.producer().send({ topic: "notes", key: "k", value: null });
  expect(await endOffset()).toBe(before + 1n);
  const producer = new Kafka({ brokers: [letterpress.kafka], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await expect(producer.send({ topic: "notes", messages: [{ value: "no note" }] })).rejects.toMatchObject({
    type: "INVALID_RECORD",
  });
  await producer.disconnect();
});
