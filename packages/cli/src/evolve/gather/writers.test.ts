import { LetterpressError, type TopicProducers, type TopicWriter } from "@letterpress/client";
import { RegistryClientError } from "@letterpress/registry/client";
import { expect, test } from "vitest";
import type { KnownVersion } from "../facts.ts";
import { schemaOf, versionsOf } from "../testing/facts.ts";
import { type WriterSources, writersOf } from "./writers.ts";

const OLD = schemaOf([{ name: "id", type: "string" }]);
const versions = versionsOf(schemaOf([]));
const [version] = versions as [KnownVersion];
const PLACE = { topic: "orders", part: "value", subject: "orders-value", versions } as const;

function sources(producers: Partial<TopicProducers> | LetterpressError): WriterSources {
  const describe = async () => {
    if (producers instanceof LetterpressError) throw producers;
    return { topic: "orders", partitions: [], writers: [], ...producers };
  };
  const schemaById = async (id: number) => {
    if (id === 7) return OLD;
    throw new RegistryClientError("NOT_FOUND", `there is no schema ${id}`);
  };
  return { admin: { producers: { describe } }, registry: { schemaById } };
}

const writerOf = (producerId: bigint, ...schemaIds: number[]): TopicWriter => ({
  clientId: "shop",
  clientHost: "/127.0.0.1",
  producerId,
  declaredAtMs: 1,
  leftAtMs: undefined,
  schemas: schemaIds.map((schemaId) => ({
    part: "value",
    subject: "orders-value",
    schemaId,
    fingerprint: "ab".repeat(16),
  })),
});

const activeAt = (producerId: bigint, lastTimestampMs: number) => ({
  producerId,
  producerEpoch: 0,
  lastSequence: 0,
  lastTimestampMs,
  transactionStartOffset: undefined,
});

test("a declared schema is that of a version, the one behind its id, or one that nobody knows", async () => {
  const found = await writersOf(sources({ writers: [writerOf(1n, version.id, 7, 8)] }), PLACE);
  expect(
    found!.map(({ writer }) => (writer.kind === "declared" ? writer.parsed?.canonicalText : "")),
  ).toEqual([version.parsed.canonicalText, expect.stringContaining('"id"'), undefined]);
});

test("other subjects and parts of a topic are not this one's, but whoever declares them is known", async () => {
  const [schema] = writerOf(1n, 7).schemas;
  const other = { ...writerOf(1n), schemas: [{ ...schema!, subject: "shop.Other" }] };
  const key = { ...writerOf(2n), schemas: [{ ...schema!, part: "key" as const }] };
  const partitions = [1n, 2n].map((id, partition) => ({ partition, activeProducers: [activeAt(id, 5)] }));
  expect(await writersOf(sources({ writers: [other, key], partitions }), PLACE)).toEqual([]);
});

test("who is active and has declared nothing is unknown, with its last write on any partition", async () => {
  const partitions = [9, 4].map((lastMs, partition) => ({
    partition,
    activeProducers: [activeAt(3n, lastMs)],
  }));
  expect(await writersOf(sources({ partitions }), PLACE)).toEqual([
    { producerId: 3n, writer: { kind: "unknown", lastWrittenMs: 9 } },
  ]);
});

test("brokers that are too old, or do not allow it, tell nothing; other failures are failures", async () => {
  for (const code of ["UNSUPPORTED_VERSION", "AUTHORIZATION_FAILED"] as const) {
    expect(await writersOf(sources(new LetterpressError(code, "no")), PLACE)).toBeUndefined();
  }
  const failure = new LetterpressError("CONNECTION_FAILED", "nobody there");
  await expect(writersOf(sources(failure), PLACE)).rejects.toBe(failure);
});
