import { ERRORS, Produce } from "@letterpress/protocol";
import {
  HEADER_BYTES,
  LAST_OFFSET_DELTA_AT,
  RECORD_COUNT_AT,
  readBatchHeader,
  readRecords,
  stampProducer,
} from "@letterpress/wire";
import { expect, test } from "vitest";
import {
  type GuardedBatch,
  GuardUnavailableError,
  type RecordFault,
  type RecordGuard,
} from "../record-guard.ts";
import type { RunningBroker } from "../running-broker.ts";
import { batchOf, startMemoryBroker } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";

const FAULTS: readonly RecordFault[] = [
  { index: 1, part: "value", reason: "unknown-schema-id", message: "schema id 7 is unknown" },
  { index: 2, part: "key", reason: "no-framing", message: "no schema id" },
];

async function startGuarded(check: RecordGuard["check"], configs: { name: string; value: string }[] = []) {
  const rejected: string[] = [];
  const broker = await startMemoryBroker({
    guard: { guards: (topic) => topic === "t", check },
    metrics: {
      request() {},
      recordsIn() {},
      recordsOut() {},
      recordRejected: (_, reason) => rejected.push(reason),
      connections() {},
      connectionClosed() {},
    },
  });
  await broker.createTopic({ name: "t", partitions: 1, configs });
  return { broker, rejected };
}

async function produce(broker: RunningBroker, values: string[]) {
  await using client = await TestClient.connect(broker);
  const topicData = [{ name: "t", partitionData: [{ index: 0, records: batchOf(values) }] }];
  const response = await client.send(Produce, 9, { acks: -1, timeoutMs: 1000, topicData });
  return response.responses[0]!.partitionResponses[0]!;
}

test("faults reject the batch, every one is reported and counted", async () => {
  const { broker, rejected } = await startGuarded(() => FAULTS);
  await using _ = broker;
  const refused = await produce(broker, ["a", "b", "c"]);
  expect(refused).toMatchObject({
    errorCode: ERRORS.INVALID_RECORD.code,
    recordErrors: [
      { batchIndex: 1, batchIndexErrorMessage: "value: schema id 7 is unknown" },
      { batchIndex: 2, batchIndexErrorMessage: "key: no schema id" },
    ],
    errorMessage: "record 1, value: schema id 7 is unknown (and 1 more)",
  });
  expect(rejected).toEqual(["unknown-schema-id", "no-framing"]);
  expect(broker.partition("t", 0)!.log.endOffset).toBe(0n);
});

test("with violations only warned of, the batch is appended and counted", async () => {
  const warn = [{ name: "letterpress.schema.violation", value: "warn" }];
  const { broker, rejected } = await startGuarded(() => FAULTS, warn);
  await using _ = broker;
  expect(await produce(broker, ["a", "b", "c"])).toMatchObject({ errorCode: 0, baseOffset: 0n });
  expect(rejected).toHaveLength(2);
});

test("a guard that cannot decide now makes the refusal retriable, and says so", async () => {
  const { broker } = await startGuarded(() => {
    throw new GuardUnavailableError("the registry does not answer");
  });
  await using _ = broker;
  const refused = await produce(broker, ["a"]);
  expect(refused.errorCode).toBe(ERRORS.REQUEST_TIMED_OUT.code);
  expect(refused.errorMessage).toContain("the registry does not answer");
});

test("batches keep their order while the guard takes its time over one of them", async () => {
  const first = Promise.withResolvers<readonly RecordFault[]>();
  let calls = 0;
  const { broker } = await startGuarded(() => (++calls === 1 ? first.promise : []));
  await using _ = broker;
  const partition = broker.partition("t", 0)!;
  const appends = ["a", "b", "c"].map((value) => partition.append(batchOf([value]), { acks: -1 }));
  expect(partition.log.endOffset).toBe(0n);
  first.resolve([]);
  const offsets = (await Promise.all(appends)).map(({ baseOffset }) => baseOffset);
  expect(offsets).toEqual([0n, 1n, 2n]);
});

test("a refused batch does not hold up those behind it", async () => {
  const first = Promise.withResolvers<readonly RecordFault[]>();
  let calls = 0;
  const { broker } = await startGuarded(() => (++calls === 1 ? first.promise : []));
  await using _ = broker;
  const partition = broker.partition("t", 0)!;
  const refused = partition.append(batchOf(["bad"]), { acks: -1 });
  const accepted = partition.append(batchOf(["good"]), { acks: -1 });
  first.reject(new GuardUnavailableError("gone"));
  await expect(refused).rejects.toMatchObject({ code: "REQUEST_TIMED_OUT", retriable: true });
  expect((await accepted).baseOffset).toBe(0n);
});

test("a compacted topic needs keys, also inside compressed batches", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({
    name: "t",
    partitions: 1,
    configs: [{ name: "cleanup.policy", value: "compact" }],
  });
  const partition = broker.partition("t", 0)!;
  const value = Buffer.from("v");
  const batch = batchOf([{ key: Buffer.from("k"), value }, { value }], { compression: "gzip" });
  await expect(partition.append(batch, { acks: -1 })).rejects.toMatchObject({
    code: "INVALID_RECORD",
    recordErrors: [{ index: 1 }],
  });
  const tombstone = batchOf([{ key: Buffer.from("k"), value: null }]);
  expect((await partition.append(tombstone, { acks: -1 })).baseOffset).toBe(0n);
});

test("a batch is opened once, for the guard's walk and the broker's own", async () => {
  const seen: number[] = [];
  const { broker } = await startGuarded(({ records }) => {
    const [one, other] = [records(), records()];
    while (one.next()) seen.push(one.offsetDelta);
    while (other.next()) seen.push(other.offsetDelta);
    expect(other.buffer).toBe(one.buffer);
    return [];
  });
  await using _ = broker;
  const batch = batchOf(["a", "b"], { compression: "lz4" });
  await broker.partition("t", 0)!.append(batch, { acks: -1 });
  expect(seen).toEqual([0, 1, 0, 1]);
});

test.each([
  ["walks over all records", ["none", "gzip"], (batch: GuardedBatch) => walk(batch)],
  ["does not look at them", ["none"], () => []],
  ["asks elsewhere first", ["none"], async () => []],
] as const)(
  "records that contradict their batch are refused when the guard %s",
  async (_, compressions, check) => {
    const { broker } = await startGuarded(check);
    await using stop = broker;
    for (const compression of compressions) {
      const batch = batchOf(["a", "b"], { compression });
      batch.writeInt32BE(3, RECORD_COUNT_AT);
      batch.writeInt32BE(2, LAST_OFFSET_DELTA_AT);
      stampProducer(batch, -1n, -1, -1);
      const refused = stop.partition("t", 0)!.append(batch, { acks: -1 });
      await expect(refused).rejects.toMatchObject({ code: "INVALID_RECORD" });
    }
  },
);

test("compressed records that cannot be opened are refused when the guard opens them", async () => {
  const { broker } = await startGuarded(walk);
  await using _ = broker;
  const batch = batchOf(["a", "b"], { compression: "gzip" });
  batch.fill(0xff, HEADER_BYTES);
  stampProducer(batch, -1n, -1, -1);
  const refused = broker.partition("t", 0)!.append(batch, { acks: -1 });
  await expect(refused).rejects.toMatchObject({
    code: expect.stringMatching(/^(CORRUPT_MESSAGE|INVALID_RECORD)$/),
  });
});

function walk({ records }: GuardedBatch): readonly RecordFault[] {
  const cursor = records();
  while (cursor.next()) expect(cursor.valueStart).toBeGreaterThan(0);
  return [];
}

test.each(["at once", "later"])(
  "decompressed records are freed once a guard that decides %s has decided",
  async (when) => {
    const gate = Promise.withResolvers<readonly RecordFault[]>();
    const seen: Buffer[] = [];
    const { broker } = await startGuarded(({ records }) => {
      seen.push(records().buffer);
      return when === "at once" ? [] : gate.promise;
    });
    await using _ = broker;
    await using client = await TestClient.connect(broker);
    const records = batchOf(["x".repeat(100_000)], { compression: "lz4" });
    const topicData = [{ name: "t", partitionData: [{ index: 0, records }] }];
    const produced = client.send(Produce, 9, { acks: -1, timeoutMs: 1000, topicData });
    await expect.poll(() => seen.length).toBe(1);
    if (when === "later") expect(seen[0]!.length).toBeGreaterThan(100_000);
    gate.resolve([]);
    expect((await produced).responses[0]!.partitionResponses[0]!.errorCode).toBe(0);
    expect(seen[0]!.length).toBe(0);
    const [stored] = (await broker.partition("t", 0)!.log.read(0n, 1)).chunks;
    const [record] = readRecords(stored!, readBatchHeader(stored!));
    expect(record!.value!.equals(Buffer.alloc(100_000, "x"))).toBe(true);
  },
);
