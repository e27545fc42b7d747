import { openMemoryEngine } from "@letterpress/log";
import {
  COMPRESSION_NAMES,
  type CompressionName,
  type RecordInit,
  readBatches,
  readRecords,
} from "@letterpress/wire";
import { expect, test } from "vitest";
import type { RecordFault } from "../record-guard.ts";
import type { RunningBroker } from "../running-broker.ts";
import { startBroker } from "../start-broker.ts";
import { batchOf } from "../testing/test-broker.ts";

type Configs = { name: string; value: string }[];

const DEAD_LETTER: Configs = [{ name: "letterpress.schema.violation", value: "dead-letter" }];

/** A broker whose guard finds fault with every value that begins with "bad". */
async function startPartingBroker(configs: Configs = DEAD_LETTER, engine = openMemoryEngine()) {
  const rejected: string[] = [];
  const ignore = (): void => {};
  const broker = await startBroker({
    engine,
    guard: {
      guards: () => true,
      check: ({ header, bytes }) =>
        readRecords(bytes, header).flatMap(({ value }, index): RecordFault[] => {
          const isBad = value?.toString().startsWith("bad") === true;
          return isBad
            ? [{ index, part: "value", reason: "invalid-payload", message: `${value} is bad` }]
            : [];
        }),
    },
    metrics: {
      request: ignore,
      recordsIn: ignore,
      recordsOut: ignore,
      recordRejected: (topic, reason) => rejected.push(`${topic} ${reason}`),
      connections: ignore,
      connectionClosed: ignore,
    },
  });
  await broker.createTopic({ name: "t", partitions: 2, configs });
  return { broker, rejected };
}

async function recordsOf(broker: RunningBroker, topic: string, index = 0) {
  const { chunks } = await broker.partition(topic, index)!.log.read(0n, 1_000_000);
  const bytes = Buffer.concat(chunks);
  const found = [...readBatches(bytes)].flatMap(({ header, at }) => readRecords(bytes, header, at));
  return found.map(({ offset, key, value, headers, timestampMs }) => ({
    offset,
    key: key?.toString(),
    value: value?.toString(),
    timestampMs,
    headers: Object.fromEntries(
      headers.map((one) => [one.key, one.value === null ? null : String(one.value)]),
    ),
  }));
}

const values = (records: readonly { value: string | undefined }[]) => records.map(({ value }) => value);

test.each(Object.values(COMPRESSION_NAMES) as CompressionName[])(
  "of a batch with %s compression the records at fault become dead letters, and the others keep their offsets",
  async (compression) => {
    const { broker, rejected } = await startPartingBroker();
    await using _ = broker;
    const header = { key: "trace", value: Buffer.of(0x31) };
    const records: RecordInit[] = [
      { value: Buffer.from("good 0"), timestampMs: 5 },
      { key: Buffer.from("k"), value: Buffer.from("bad 1"), headers: [header], timestampMs: 6 },
      { value: Buffer.from("good 2"), timestampMs: 7 },
      { value: Buffer.from("bad 3"), timestampMs: 8 },
    ];
    const partition = broker.partition("t", 1)!;
    const appended = await partition.append(batchOf(records, { compression }), { acks: -1 });
    expect(appended).toMatchObject({ baseOffset: 0n, lastOffset: 3n });
    const kept = await recordsOf(broker, "t", 1);
    expect(kept.map(({ offset, value }) => [offset, value])).toEqual([
      [0n, "good 0"],
      [2n, "good 2"],
    ]);
    const letters = await recordsOf(broker, "t.dlq");
    expect(letters).toMatchObject([
      {
        key: "k",
        value: "bad 1",
        headers: {
          trace: "1",
          "letterpress.error.topic": "t",
          "letterpress.error.partition": "1",
          "letterpress.error.offset": "1",
          "letterpress.error.timestamp": "6",
          "letterpress.error.part": "value",
          "letterpress.error.reason": "invalid-payload",
          "letterpress.error.message": "bad 1 is bad",
        },
      },
      { value: "bad 3", headers: { "letterpress.error.offset": "3" } },
    ]);
    expect(letters[1]!.key).toBeUndefined();
    expect(letters[0]!.timestampMs).toBeGreaterThan(1_600_000_000_000);
    expect(rejected).toEqual(["t invalid-payload", "t invalid-payload"]);
    expect(broker.topics.get("t.dlq")!.partitions).toBe(1);
  },
);

test("a batch of which nothing is left keeps its sequences, and a repetition makes no second dead letter", async () => {
  const { broker } = await startPartingBroker();
  await using _ = broker;
  const partition = broker.partition("t", 0)!;
  const sent = (baseSequence: number, ...texts: string[]) =>
    partition.append(batchOf(texts, { producerId: 7n, producerEpoch: 0, baseSequence }), { acks: -1 });
  await sent(0, "bad 0", "bad 1");
  const repeated = await sent(0, "bad 0", "bad 1");
  expect(repeated).toMatchObject({ baseOffset: 0n, lastOffset: 1n, isDuplicate: true });
  expect(await sent(2, "good 2", "bad 3")).toMatchObject({ baseOffset: 2n, isDuplicate: false });
  expect(values(await recordsOf(broker, "t"))).toEqual(["good 2"]);
  expect(values(await recordsOf(broker, "t.dlq"))).toEqual(["bad 0", "bad 1", "bad 3"]);
});

test("batches keep their order, also around those with dead letters", async () => {
  const { broker } = await startPartingBroker();
  await using _ = broker;
  const partition = broker.partition("t", 0)!;
  const batches = [["a"], ["bad b", "c"], ["d"], ["bad e"], ["f"]].map((texts) => batchOf(texts));
  const appended = await Promise.all(batches.map((batch) => partition.append(batch, { acks: -1 })));
  expect(appended.map(({ baseOffset }) => baseOffset)).toEqual([0n, 1n, 3n, 4n, 5n]);
  expect(values(await recordsOf(broker, "t"))).toEqual(["a", "c", "d", "f"]);
  const letters = await recordsOf(broker, "t.dlq");
  expect(letters.map(({ headers }) => headers["letterpress.error.offset"])).toEqual(["1", "4"]);
});

test.each([
  ["t", "is the topic itself"],
  ["compacted", "is compacted"],
  ["__consumer_offsets", "holds the server's own state"],
])("dead letters cannot go to %s: the batch is refused", async (name, reason) => {
  const { broker } = await startPartingBroker([
    ...DEAD_LETTER,
    { name: "letterpress.dead.letter.topic", value: name },
  ]);
  await using _ = broker;
  const configs = [{ name: "cleanup.policy", value: "compact" }];
  await broker.createTopic({ name: "compacted", partitions: 1, configs });
  const partition = broker.partition("t", 0)!;
  const refused = partition.append(batchOf(["good", "bad"]), { acks: -1 });
  await expect(refused).rejects.toMatchObject({
    code: "INVALID_RECORD",
    message: expect.stringContaining(reason),
  });
  expect(partition.log.endOffset).toBe(0n);
});

test("dead letters go where the topic says, unchecked, even where another topic's records are checked", async () => {
  const elsewhere = { name: "letterpress.dead.letter.topic", value: "lost" };
  const { broker } = await startPartingBroker([...DEAD_LETTER, elsewhere]);
  await using _ = broker;
  await broker.createTopic({ name: "lost", partitions: 3, configs: DEAD_LETTER });
  await broker.partition("t", 0)!.append(batchOf(["bad"]), { acks: 1 });
  expect(values(await recordsOf(broker, "lost"))).toEqual(["bad"]);
  expect(broker.topics.get("lost.dlq")).toBeUndefined();
});

test("the main batch is appended only when its dead letters are durable", async () => {
  const { broker } = await startPartingBroker();
  await using _ = broker;
  await broker.createTopic({ name: "t.dlq", partitions: 1 });
  const letters = broker.partition("t.dlq", 0)!.log;
  const main = broker.partition("t", 0)!;
  await letters.close();
  await expect(main.append(batchOf(["bad"]), { acks: -1 })).rejects.toMatchObject({ code: "CLOSED" });
  expect(main.log.endOffset).toBe(0n);
  expect((await main.append(batchOf(["good"]), { acks: -1 })).baseOffset).toBe(0n);
});
