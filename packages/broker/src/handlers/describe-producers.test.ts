import { DescribeProducers, ERRORS, Produce } from "@letterpress/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunningBroker } from "../running-broker.ts";
import { batchOf, startMemoryBroker } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";

const TOPIC = "orders";
const SCHEMAS = Buffer.from("any bytes");

let broker: RunningBroker;
let client: TestClient;

beforeEach(async () => {
  broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: 2 });
  client = await TestClient.connect(broker);
});
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await broker.close();
});

interface ProduceOptions {
  readonly via?: TestClient;
  readonly topic?: string;
  readonly producerId?: bigint;
  readonly writerSchemas?: Buffer;
  readonly acks?: number;
}

function produceInit({ topic = TOPIC, producerId, writerSchemas, acks = -1 }: ProduceOptions) {
  const identity = producerId === undefined ? {} : { producerId, producerEpoch: 2, baseSequence: 0 };
  const records = batchOf(["a", "b"], identity);
  const topicData = [{ name: topic, partitionData: [{ index: 1, records }], writerSchemas }];
  return { acks, timeoutMs: 1_000, topicData };
}

async function produce(options: ProduceOptions): Promise<number> {
  const { responses } = await (options.via ?? client).send(Produce, 11, produceInit(options));
  return responses[0]!.partitionResponses[0]!.errorCode;
}

async function describeTopic(name = TOPIC, partitionIndexes = [0, 1]) {
  await using asking = await TestClient.connect(broker);
  const { topics } = await asking.send(DescribeProducers, 0, { topics: [{ name, partitionIndexes }] });
  return topics[0]!;
}

test("the producers that the log of a partition knows are described as Kafka does", async () => {
  await produce({ producerId: 7n });
  const { partitions } = await describeTopic(TOPIC, [0, 1, 2]);
  expect(partitions).toMatchObject([
    { partitionIndex: 0, errorCode: 0, activeProducers: [] },
    {
      partitionIndex: 1,
      errorCode: 0,
      activeProducers: [
        {
          producerId: 7n,
          producerEpoch: 2,
          lastSequence: 1,
          coordinatorEpoch: -1,
          currentTxnStartOffset: -1n,
        },
      ],
    },
    { partitionIndex: 2, errorCode: ERRORS.UNKNOWN_TOPIC_OR_PARTITION.code, activeProducers: [] },
  ]);
  expect(partitions[1]!.activeProducers[0]!.lastTimestamp).toBeGreaterThan(0n);
});

test("what clients have declared is told until they hang up, idempotent or not", async () => {
  await using plain = await TestClient.connect(broker);
  await produce({ writerSchemas: SCHEMAS, producerId: 7n });
  await produce({ via: plain, writerSchemas: Buffer.from("others") });
  const { writers } = await describeTopic();
  expect(writers).toMatchObject([
    { clientId: "test", clientHost: "/127.0.0.1", producerId: 7n, leftAtMs: -1n, writerSchemas: SCHEMAS },
    { producerId: -1n, leftAtMs: -1n, writerSchemas: Buffer.from("others") },
  ]);
  expect(writers[0]!.declaredAtMs).toBeGreaterThan(0n);
  // Requests that declare nothing change nothing.
  await produce({ via: plain });
  await client[Symbol.asyncDispose]();
  await plain[Symbol.asyncDispose]();
  const leftAtMs = expect.any(BigInt);
  await expect
    .poll(async () => (await describeTopic()).writers.filter((writer) => writer.leftAtMs < 0n))
    .toEqual([]);
  expect((await describeTopic()).writers).toMatchObject([
    { producerId: 7n, leftAtMs, writerSchemas: SCHEMAS },
  ]);
  // No log asked about knows it.
  expect((await describeTopic(TOPIC, [0])).writers).toEqual([]);
});

test("a client that is idle for too long has not left", async () => {
  await using hasty = await startMemoryBroker({ config: { "connections.max.idle.ms": "100" } });
  await hasty.createTopic({ name: TOPIC, partitions: 2 });
  await using idle = await TestClient.connect(hasty);
  await idle.send(Produce, 11, produceInit({ producerId: 7n, writerSchemas: SCHEMAS }));
  await idle.closed();
  await using asking = await TestClient.connect(hasty);
  const asked = { topics: [{ name: TOPIC, partitionIndexes: [1] }] };
  const { topics } = await asking.send(DescribeProducers, 0, asked);
  expect(topics[0]!.writers).toMatchObject([{ producerId: 7n, leftAtMs: -1n }]);
});

test("who has written nothing has declared nothing", async () => {
  expect(await produce({ topic: "unknown", writerSchemas: SCHEMAS })).not.toBe(0);
  expect(await produce({ producerId: 7n, writerSchemas: Buffer.alloc(10_000) })).toBe(0);
  expect((await describeTopic("unknown")).writers).toEqual([]);
  expect((await describeTopic()).writers).toEqual([]);
});

test("a declaration without acknowledgements is noted too", async () => {
  client.post(Produce, 11, produceInit({ acks: 0, writerSchemas: SCHEMAS }));
  await client.isAlive();
  expect((await describeTopic()).writers).toMatchObject([{ writerSchemas: SCHEMAS }]);
});
