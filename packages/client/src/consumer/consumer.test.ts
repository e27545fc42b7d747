import { expect, test } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import type { ConsumerRecord, TopicPartition } from "../record.ts";
import type { Consumer } from "./consumer.ts";

const TOPIC = "orders";

async function withBroker(partitions: number, run: (broker: TestBroker) => Promise<void>): Promise<void> {
  await using broker = await TestBroker.start();
  await broker.createTopic(TOPIC, partitions);
  await run(broker);
}

async function produce({ client }: TestBroker, count: number, from = 0): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => ({
    key: `key ${index % 50}`,
    value: `${from + index}`,
  }));
  await client.sharedProducer().sendBatch(TOPIC, records);
}

async function take(source: AsyncIterable<ConsumerRecord>, count: number): Promise<ConsumerRecord[]> {
  const records: ConsumerRecord[] = [];
  const iterator = source[Symbol.asyncIterator]();
  while (records.length < count) {
    const result = await iterator.next();
    if (result.done) break;
    records.push(result.value);
  }
  return records;
}

function keysOf(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).toSorted();
}

/** Reads in the background until the consumer is closed. */
function drain(consumer: Consumer, seen: string[]): Promise<void> {
  return (async () => {
    for await (const record of consumer) seen.push(record.value!.toString());
  })();
}

test("a group reads every record, in order within its partition", async () => {
  await withBroker(6, async (broker) => {
    await produce(broker, 2_000);
    const records = await take(broker.client.consumer({ group: "billing", topics: [TOPIC] }), 2_000);
    expect(new Set(records.map(({ value }) => value!.toString())).size).toBe(2_000);
    for (const [, list] of Map.groupBy(records, ({ partition }) => partition)) {
      expect(list.map(({ offset }) => Number(offset))).toEqual(list.map((_, index) => index));
    }
  });
});

test("a group goes on behind the last record whose loop body had finished", async () => {
  await withBroker(1, async (broker) => {
    await produce(broker, 20);
    const first: string[] = [];
    for await (const { value } of broker.client.consumer({ group: "billing", topics: [TOPIC] })) {
      first.push(value!.toString());
      if (first.length === 5) break;
    }
    const second = await take(broker.client.consumer({ group: "billing", topics: [TOPIC] }), 16);
    expect(second.map(({ value }) => value!.toString())[0]).toBe("4");
    expect(second).toHaveLength(16);
  });
});

test("a record that was committed before the loop was left is not read again", async () => {
  await withBroker(1, async (broker) => {
    await produce(broker, 10);
    const consumer = broker.client.consumer({ group: "billing", topics: [TOPIC], autoCommit: false });
    for await (const record of consumer) {
      if (record.offset < 6n) continue;
      await consumer.commit(record);
      break;
    }
    const [next] = await take(broker.client.consumer({ group: "billing", topics: [TOPIC] }), 1);
    expect(next?.offset).toBe(7n);
  });
});

test("a batch that was committed before the loop was left is not read again", async () => {
  await withBroker(1, async (broker) => {
    await produce(broker, 4);
    const consumer = broker.client.consumer({ group: "billing", topics: [TOPIC] });
    for await (const { records } of consumer.batches()) {
      await consumer.commit(records.at(-1)!);
      break;
    }
    await consumer.close();
    const committed = await broker.client
      .admin()
      .groups.fetchOffsets("billing", [{ topic: TOPIC, partition: 0 }]);
    expect(committed.map(({ offset }) => offset)).toEqual([4n]);
  });
});

test.each(["cooperative-sticky", "range", "roundrobin"] as const)(
  "with %s two members share the partitions, and the one that stays takes over",
  async (assignor) => {
    await withBroker(6, async (broker) => {
      const options = { group: "shared", topics: [TOPIC], assignors: [assignor], heartbeatIntervalMs: 50 };
      const seen: string[] = [];
      const first = broker.client.consumer(options);
      const firstDone = drain(first, seen);
      await expect.poll(() => first.assignment().length, { timeout: 10_000 }).toBe(6);
      const second = broker.client.consumer(options);
      const secondDone = drain(second, seen);
      await expect
        .poll(() => [first.assignment().length, second.assignment().length], { timeout: 10_000 })
        .toEqual([3, 3]);
      expect(new Set(keysOf([...first.assignment(), ...second.assignment()])).size).toBe(6);
      await produce(broker, 300);
      await expect.poll(() => seen.length).toBe(300);
      await first.close();
      await firstDone;
      await expect.poll(() => second.assignment().length, { timeout: 10_000 }).toBe(6);
      await produce(broker, 300, 300);
      await expect.poll(() => seen.length).toBe(600);
      expect(new Set(seen).size).toBe(600);
      await second.close();
      await secondDone;
    });
  },
);

test("partitions that are added to a topic are consumed within seconds", async () => {
  await withBroker(1, async (broker) => {
    const consumer = broker.client.consumer({ group: "growing", topics: [TOPIC], heartbeatIntervalMs: 100 });
    const seen: string[] = [];
    const done = drain(consumer, seen);
    await expect.poll(() => consumer.assignment().length, { timeout: 10_000 }).toBe(1);
    await broker.client.admin().topics.createPartitions(TOPIC, 3);
    await expect.poll(() => consumer.assignment().length, { timeout: 9_000 }).toBe(3);
    await consumer.close();
    await done;
  });
});

test("with a cooperative assignor what stays is never taken away", async () => {
  await withBroker(4, async (broker) => {
    const revoked: TopicPartition[] = [];
    const options = { group: "sticky", topics: [TOPIC], heartbeatIntervalMs: 50 };
    const first = broker.client.consumer({
      ...options,
      onPartitionsRevoked: (partitions) => void revoked.push(...partitions),
    });
    const done = drain(first, []);
    await expect.poll(() => first.assignment().length, { timeout: 10_000 }).toBe(4);
    const second = broker.client.consumer(options);
    const secondDone = drain(second, []);
    await expect.poll(() => second.assignment().length, { timeout: 10_000 }).toBe(2);
    expect(keysOf(revoked)).toEqual(keysOf(second.assignment()));
    await Promise.all([first.close(), second.close()]);
    await Promise.all([done, secondDone]);
  });
});

test("a static member comes back to its partitions without a rebalance", async () => {
  await withBroker(2, async (broker) => {
    const options = { group: "static", topics: [TOPIC], groupInstanceId: "instance-1" };
    const first = broker.client.consumer(options);
    const done = drain(first, []);
    await expect.poll(() => first.assignment().length, { timeout: 10_000 }).toBe(2);
    await first.close();
    await done;
    const described = await broker.client.admin().groups.describe("static");
    expect(described.members.map(({ groupInstanceId }) => groupInstanceId)).toEqual(["instance-1"]);
    const second = broker.client.consumer(options);
    const secondDone = drain(second, []);
    await expect.poll(() => second.assignment().length, { timeout: 10_000 }).toBe(2);
    await second.close();
    await secondDone;
  });
});

test("batches hold consecutive records of one partition", async () => {
  await withBroker(2, async (broker) => {
    await produce(broker, 500);
    let count = 0;
    const consumer = broker.client.consumer({ group: "batches", topics: [TOPIC], batchRecordsMax: 100 });
    for await (const { records, partition } of consumer.batches()) {
      expect(records.length).toBeLessThanOrEqual(100);
      expect(records.every((record) => record.partition === partition)).toBe(true);
      count += records.length;
      if (count === 500) break;
    }
    expect(count).toBe(500);
  });
});

test("partitions can be chosen, paused, resumed and moved", async () => {
  await withBroker(2, async (broker) => {
    const producer = broker.client.sharedProducer();
    const values = Array.from({ length: 10 }, (_, index) => `${index}`);
    for (const partition of [0, 1]) {
      await producer.sendBatch(
        TOPIC,
        values.map((value) => ({ value, partition })),
      );
    }
    const consumer = broker.client.consumer();
    await consumer.assign([
      { topic: TOPIC, partition: 0, offset: 8n },
      { topic: TOPIC, partition: 1 },
    ]);
    consumer.pause([{ topic: TOPIC, partition: 1 }]);
    const first = await take(consumer, 2);
    expect(first.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 8n],
      [0, 9n],
    ]);
    consumer.seek({ topic: TOPIC, partition: 1, offset: 9n });
    consumer.resume([{ topic: TOPIC, partition: 1 }]);
    const [last] = await take(consumer, 1);
    expect([last?.partition, last?.offset]).toEqual([1, 9n]);
    await consumer.close();
  });
});

test("without a valid offset autoOffsetReset decides", async () => {
  await withBroker(1, async (broker) => {
    await produce(broker, 10);
    await broker.client.admin().topics.deleteRecords([{ topic: TOPIC, partition: 0, offset: 4n }]);
    const readFirst = async (autoOffsetReset: "earliest" | "none"): Promise<bigint | undefined> => {
      const consumer = broker.client.consumer({ autoOffsetReset });
      await consumer.assign([{ topic: TOPIC, partition: 0, offset: 1n }]);
      const [record] = await take(consumer, 1);
      await consumer.close();
      return record?.offset;
    };
    expect(await readFirst("earliest")).toBe(4n);
    await expect(readFirst("none")).rejects.toMatchObject({ code: "OFFSET_OUT_OF_RANGE", topic: TOPIC });
  });
});

test("an abort lets the loop body finish, commits, leaves the group and ends the loop", async () => {
  await withBroker(1, async (broker) => {
    await produce(broker, 3);
    const aborting = new AbortController();
    const seen: bigint[] = [];
    const options = { group: "aborted", topics: [TOPIC], signal: aborting.signal };
    for await (const { offset } of broker.client.consumer(options)) {
      seen.push(offset);
      if (offset === 1n) aborting.abort();
    }
    expect(seen).toEqual([0n, 1n]);
    const groups = broker.client.admin().groups;
    const committed = (): Promise<bigint | undefined> =>
      groups.fetchOffsets("aborted", [{ topic: TOPIC, partition: 0 }]).then(([first]) => first?.offset);
    await expect.poll(committed).toBe(2n);
    await expect.poll(async () => (await groups.describe("aborted")).members.length).toBe(0);
  });
});

test("a loop body that takes too long loses its partitions to others and gets them back", async () => {
  await withBroker(1, async (broker) => {
    await produce(broker, 2);
    const lost: TopicPartition[] = [];
    const consumer = broker.client.consumer({
      group: "slow",
      topics: [TOPIC],
      heartbeatIntervalMs: 20,
      maxPollIntervalMs: 100,
      onPartitionsLost: (partitions) => void lost.push(...partitions),
    });
    const iterator = consumer[Symbol.asyncIterator]();
    await iterator.next();
    await expect.poll(() => lost.length).toBe(1);
    const again = await iterator.next();
    expect(again.value?.offset).toBe(0n);
    await consumer.close();
  });
});

test("subscribing to a topic that does not exist says so", async () => {
  await using broker = await TestBroker.start({ client: { topicWaitMs: 50 } });
  const consumer = broker.client.consumer({ group: "g", topics: ["missing"] });
  await expect(take(consumer, 1)).rejects.toMatchObject({ code: "UNKNOWN_TOPIC", topic: "missing" });
  expect(() => broker.client.consumer({ topics: ["missing"] })).toThrow(/needs a group/);
});
