import { ERRORS, Fetch, InitProducerId, ListOffsets, NIL_UUID, Produce } from "@letterpress/protocol";
import { readBatches, readRecords } from "@letterpress/wire";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunningBroker } from "../running-broker.ts";
import { batchOf, startMemoryBroker, TestFolder } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";

const TOPIC = "letters";

function produceInit(records: Uint8Array | null, acks = -1, topic = TOPIC, index = 0) {
  return { acks, timeoutMs: 5000, topicData: [{ name: topic, partitionData: [{ index, records }] }] };
}

async function produce(client: TestClient, records: Uint8Array | null, topic = TOPIC, version = 9) {
  const response = await client.send(Produce, version, produceInit(records, -1, topic));
  return response.responses[0]!.partitionResponses[0]!;
}

function fetchInit(
  fetchOffset: bigint,
  options: { maxWaitMs?: number; minBytes?: number; maxBytes?: number } = {},
) {
  const { maxWaitMs = 0, minBytes = 1, maxBytes = 1 << 20 } = options;
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: maxBytes }];
  return {
    maxWaitMs,
    isolationLevel: 0,
    minBytes,
    maxBytes,
    topics: [{ topic: TOPIC, topicId: NIL_UUID, partitions }],
    forgottenTopicsData: [],
  };
}

function valuesOf(records: Buffer | null): string[] {
  const values: string[] = [];
  for (const { header, at } of readBatches(records ?? Buffer.alloc(0))) {
    for (const { value } of readRecords(records!, header, at)) values.push(String(value));
  }
  return values;
}

describe.each(["memory", "file"])("on the %s engine", (engine) => {
  let folder: TestFolder;
  let broker: RunningBroker;
  let client: TestClient;

  beforeEach(async () => {
    folder = await TestFolder.make();
    broker = engine === "memory" ? await startMemoryBroker() : await folder.start();
    await broker.createTopic({ name: TOPIC, partitions: 2 });
    client = await TestClient.connect(broker);
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await broker.close();
    await folder[Symbol.asyncDispose]();
  });

  test("what was produced is fetched, in every version", async () => {
    for (let version = 3; version <= 11; version++) {
      expect(await produce(client, batchOf([`v${version}`]), TOPIC, version)).toMatchObject({
        errorCode: 0,
        baseOffset: BigInt(version - 3),
      });
    }
    const expected = Array.from({ length: 9 }, (_, index) => `v${index + 3}`);
    const topicId = broker.topics.get(TOPIC)!.id;
    for (let version = 4; version <= 17; version++) {
      const init = fetchInit(0n);
      const topics = init.topics.map((topic) => ({ ...topic, topicId }));
      const response = await client.send(Fetch, version, { ...init, topics });
      const [partition] = response.responses[0]!.partitions;
      expect(valuesOf(partition!.records)).toEqual(expected);
      expect(partition).toMatchObject({ errorCode: 0, highWatermark: 9n });
    }
  });

  test("a fetch in the middle of a batch gives the whole batch", async () => {
    await produce(client, batchOf(["a", "b", "c"]));
    const response = await client.send(Fetch, 11, fetchInit(1n));
    expect(valuesOf(response.responses[0]!.partitions[0]!.records)).toEqual(["a", "b", "c"]);
  });

  test("the first batch is given whole, however small the limit", async () => {
    await produce(client, batchOf(["x".repeat(2000)]));
    await produce(client, batchOf(["y"]));
    const response = await client.send(Fetch, 11, fetchInit(0n, { maxBytes: 100 }));
    expect(valuesOf(response.responses[0]!.partitions[0]!.records)).toEqual(["x".repeat(2000)]);
  });

  test("a waiting fetch is woken by the append", async () => {
    const waiting = client.send(Fetch, 11, fetchInit(0n, { maxWaitMs: 15_000 }));
    await using producer = await TestClient.connect(broker);
    const startedMs = performance.now();
    await produce(producer, batchOf(["wake"]));
    const response = await waiting;
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(valuesOf(response.responses[0]!.partitions[0]!.records)).toEqual(["wake"]);
  });

  test("a fetch waits for its minimum of bytes, and no longer than it said", async () => {
    await produce(client, batchOf(["small"]));
    const startedMs = performance.now();
    const response = await client.send(Fetch, 11, fetchInit(0n, { maxWaitMs: 120, minBytes: 100_000 }));
    expect(performance.now() - startedMs).toBeGreaterThan(100);
    expect(valuesOf(response.responses[0]!.partitions[0]!.records)).toEqual(["small"]);
  });

  test("offsets are listed by end, start and time", async () => {
    await produce(client, batchOf([{ value: Buffer.from("a"), timestampMs: 1000 }]));
    await produce(client, batchOf([{ value: Buffer.from("b"), timestampMs: 3000 }]));
    const list = async (timestamp: bigint) => {
      const partitions = [{ partitionIndex: 0, timestamp }];
      const body = { replicaId: -1, isolationLevel: 0, topics: [{ name: TOPIC, partitions }] };
      const { topics } = await client.send(ListOffsets, 9, body);
      return topics[0]!.partitions[0]!;
    };
    expect(await list(-1n)).toMatchObject({ errorCode: 0, offset: 2n, timestamp: -1n });
    expect(await list(-2n)).toMatchObject({ offset: 0n });
    expect(await list(-3n)).toMatchObject({ offset: 1n, timestamp: 3000n });
    expect(await list(-4n)).toMatchObject({ offset: 0n });
    expect(await list(-5n)).toMatchObject({ offset: -1n });
    expect(await list(1001n)).toMatchObject({ offset: 1n, timestamp: 3000n });
    expect(await list(3001n)).toMatchObject({ offset: -1n, timestamp: -1n });
  });

  test("a repeated batch of an idempotent producer is answered with its first offset", async () => {
    const { producerId } = await client.send(InitProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 0,
    });
    const batch = (baseSequence: number) =>
      batchOf(["a", "b"], { producerId, producerEpoch: 0, baseSequence });
    expect(await produce(client, batch(0))).toMatchObject({ errorCode: 0, baseOffset: 0n });
    expect(await produce(client, batch(2))).toMatchObject({ errorCode: 0, baseOffset: 2n });
    expect(await produce(client, batch(0))).toMatchObject({ errorCode: 0, baseOffset: 0n });
    expect(await produce(client, batch(9))).toMatchObject({
      errorCode: ERRORS.OUT_OF_ORDER_SEQUENCE_NUMBER.code,
    });
    expect(broker.partition(TOPIC, 0)!.log.endOffset).toBe(4n);
  });

  test("pipelined requests are appended and answered in order", async () => {
    const answers = Array.from({ length: 200 }, (_, index) => produce(client, batchOf([`${index}`])));
    const offsets = (await Promise.all(answers)).map(({ baseOffset }) => Number(baseOffset));
    expect(offsets).toEqual(offsets.map((_, index) => index));
    expect(client.answered).toEqual([...client.answered].sort((a, b) => a - b));
  });

  test("acks=0 gets no response; a refused one ends the connection", async () => {
    client.post(Produce, 9, produceInit(batchOf(["quiet"]), 0));
    expect(await client.isAlive()).toBe(true);
    expect(client.answered).toHaveLength(1);
    client.post(Produce, 9, produceInit(batchOf(["lost"]), 0, "nowhere"));
    await client.closed();
    expect(broker.partition(TOPIC, 0)!.log.endOffset).toBe(1n);
  });

  test("a client that poses as a follower is refused", async () => {
    const response = await client.send(Fetch, 11, { ...fetchInit(0n), replicaId: 2 });
    expect(response.errorCode).toBe(ERRORS.CLUSTER_AUTHORIZATION_FAILED.code);
  });
});

test("a restart keeps records, topics, ids and the memory of idempotent producers", async () => {
  await using folder = await TestFolder.make();
  let broker = await folder.start();
  await broker.createTopic({ name: TOPIC, partitions: 1, configs: [{ name: "retention.ms", value: "-1" }] });
  const before = broker.topics.get(TOPIC)!;
  let client = await TestClient.connect(broker);
  const first = await client.send(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 0 });
  const batch = () => batchOf(["once"], { producerId: first.producerId, producerEpoch: 0, baseSequence: 0 });
  await produce(client, batch());
  await client[Symbol.asyncDispose]();
  const { clusterId } = broker;
  await broker.close();

  broker = await folder.start();
  client = await TestClient.connect(broker);
  expect(broker.clusterId).toBe(clusterId);
  expect(broker.topics.get(TOPIC)).toEqual(before);
  expect(await produce(client, batch())).toMatchObject({ errorCode: 0, baseOffset: 0n });
  expect(broker.partition(TOPIC, 0)!.log.endOffset).toBe(1n);
  const second = await client.send(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 0 });
  expect(second.producerId).toBeGreaterThan(first.producerId);
  await client[Symbol.asyncDispose]();
  await broker.close();
});
