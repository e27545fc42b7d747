import { Fetch, Produce } from "@letterpress/protocol";
import { openRecords, readBatchHeader } from "@letterpress/wire";
import { expect, test } from "vitest";
import { batchOf, startMemoryBroker, TestFolder } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";

const TOPIC = "t";
const PARTITIONS = 4;
/** Some lie within a chunk of the socket, some span several. */
const VALUE_BYTES = [10, 3000, 20_000, 150_000];
const BATCHES_PER_PARTITION = 60;

function produceInit(index: number, records: Buffer, acks = -1) {
  return { acks, timeoutMs: 10_000, topicData: [{ name: TOPIC, partitionData: [{ index, records }] }] };
}

/** Names the partition and the batch in every byte that counts. */
function textOf(partition: number, batch: number): string {
  return `${partition}/${batch};`.repeat(VALUE_BYTES[batch % VALUE_BYTES.length]! / 6);
}

test("no batch shows another's bytes, though many are under way and their frames are freed", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: PARTITIONS });
  const produceAll = async (partition: number): Promise<void> => {
    await using client = await TestClient.connect(broker);
    const sent: Promise<unknown>[] = [];
    for (let batch = 0; batch < BATCHES_PER_PARTITION; batch++) {
      const records = batchOf([textOf(partition, batch)]);
      if (batch % 5 === 3) client.post(Produce, 9, produceInit(partition, records, 0));
      else sent.push(client.send(Produce, 9, produceInit(partition, records, batch % 2 === 0 ? -1 : 1)));
    }
    await Promise.all(sent);
  };
  await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => produceAll(partition)));
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const { log } = broker.partition(TOPIC, partition)!;
    for (let batch = 0; batch < BATCHES_PER_PARTITION; batch++) {
      const [bytes] = (await log.read(BigInt(batch), 1)).chunks;
      const records = openRecords(bytes!, readBatchHeader(bytes!));
      expect(records.next()).toBe(true);
      expect(records.value()?.toString() === textOf(partition, batch)).toBe(true);
    }
  }
});

test("a frame is freed when its append has settled, and not before, though its connection is gone", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  const { log } = broker.partition(TOPIC, 0)!;
  const append = log.append.bind(log);
  const given = Promise.withResolvers<Buffer>();
  const gate = Promise.withResolvers<void>();
  log.append = async (batch, options) => {
    given.resolve(batch);
    await gate.promise;
    return append(batch, options);
  };
  const batch = batchOf([textOf(0, 3)]);
  await using client = await TestClient.connect(broker);
  client.post(Produce, 9, produceInit(0, batch));
  const held = await given.promise;
  client.socket.destroy();
  await using other = await TestClient.connect(broker);
  expect(await other.isAlive()).toBe(true);
  expect(held.equals(batch)).toBe(true);
  gate.resolve();
  await expect.poll(() => held.length).toBe(0);
  expect(log.endOffset).toBe(1n);
});

test("refused batches free their frames, too, and harm no other request", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  await using client = await TestClient.connect(broker);
  const good = batchOf([textOf(0, 2)]);
  const corrupt = Buffer.from(good);
  corrupt[corrupt.length - 1]! ^= 1;
  const sent = Array.from({ length: 40 }, (_, index) =>
    client.send(Produce, 9, produceInit(0, index % 2 === 0 ? good : corrupt)),
  );
  const codes = (await Promise.all(sent)).map(
    ({ responses }) => responses[0]!.partitionResponses[0]!.errorCode,
  );
  expect(codes.map((code) => code === 0)).toEqual(codes.map((_, index) => index % 2 === 0));
  expect(broker.partition(TOPIC, 0)!.log.endOffset).toBe(20n);
});

test("what was read for a fetch is freed once it was sent, and not while a peer has not taken it", async () => {
  await using folder = await TestFolder.make();
  await using broker = await folder.start({ closeGraceMs: 0 });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  const values = Array.from({ length: 40 }, (_, batch) => `${batch};`.repeat(300_000));
  for (const value of values) await broker.partition(TOPIC, 0)!.append(batchOf([value]), { acks: -1 });
  const { log } = broker.partition(TOPIC, 0)!;
  const read = log.read.bind(log);
  const reads: Buffer[] = [];
  log.read = async (offset, maxBytes) => {
    const result = await read(offset, maxBytes);
    if (result.release !== undefined) reads.push(...result.chunks);
    return result;
  };
  const fetchFrom = (offset: number) => {
    const partitions = [{ partition: 0, fetchOffset: BigInt(offset), partitionMaxBytes: 1 }];
    return {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1,
      isolationLevel: 0,
      topics: [{ topic: TOPIC, partitions }],
      forgottenTopicsData: [],
    };
  };
  await using slow = await TestClient.connect(broker);
  slow.socket.pause();
  const slowly = Array.from({ length: 10 }, (_, offset) => slow.send(Fetch, 11, fetchFrom(offset)));
  await using client = await TestClient.connect(broker);
  for (let offset = 0; offset < 40; offset++) {
    const response = await client.send(Fetch, 11, fetchFrom(offset % 10));
    const { records } = response.responses[0]!.partitions[0]!;
    const opened = openRecords(records!, readBatchHeader(records!));
    expect(opened.next()).toBe(true);
    expect(opened.value()?.toString() === values[offset % 10]).toBe(true);
  }
  slow.socket.resume();
  for (const [offset, response] of (await Promise.all(slowly)).entries()) {
    const { records } = response.responses[0]!.partitions[0]!;
    const opened = openRecords(records!, readBatchHeader(records!));
    expect(opened.next()).toBe(true);
    expect(opened.value()?.toString() === values[offset]).toBe(true);
  }
  expect(reads.length).toBeGreaterThan(0);
  await expect.poll(() => reads.every(({ length }) => length === 0)).toBe(true);
});
