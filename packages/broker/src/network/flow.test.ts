import { Fetch, Metadata, Produce } from "@letterpress/protocol";
import { expect, test } from "vitest";
import { NO_METRICS } from "../metrics.ts";
import { batchOf, startMemoryBroker } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";

const TOPIC = "t";
const MIB = 1024 * 1024;

function fetchInit(maxWaitMs: number, minBytes = 1) {
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 8 * MIB }];
  const topics = [{ topic: TOPIC, partitions }];
  return { maxWaitMs, minBytes, maxBytes: 8 * MIB, isolationLevel: 0, topics, forgottenTopicsData: [] };
}

test("a peer that reads nothing is not served further, and costs bounded memory", async () => {
  let served = 0;
  const metrics = { ...NO_METRICS, request: () => void served++ };
  await using broker = await startMemoryBroker({ metrics, closeGraceMs: 0 });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  for (let index = 0; index < 8; index++) {
    await broker.partition(TOPIC, 0)!.append(batchOf(["x".repeat(1_000_000)]), { acks: -1 });
  }
  await using deaf = await TestClient.connect(broker);
  deaf.socket.pause();
  for (let index = 0; index < 200; index++) deaf.post(Fetch, 11, fetchInit(0));
  await using other = await TestClient.connect(broker);
  for (let round = 0; round < 50; round++) await other.send(Metadata, 1, { topics: [] });
  const fetches = served - 50;
  expect(fetches).toBeGreaterThan(0);
  // The kernel's buffers take a few responses of 8 MB at most; the other requests wait unread.
  expect(fetches).toBeLessThan(10);
});

test("peers that read nothing hold bounded memory together, and are closed when others need it", async () => {
  const closed: string[] = [];
  const metrics = { ...NO_METRICS, connectionClosed: (reason: string) => void closed.push(reason) };
  const limitBytes = 24 * MIB;
  const config = {
    "letterpress.queued.max.response.bytes": String(limitBytes),
    "letterpress.response.send.timeout.ms": "500",
  };
  await using broker = await startMemoryBroker({ config, metrics, closeGraceMs: 0 });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  const { log } = broker.partition(TOPIC, 0)!;
  for (let index = 0; index < 8; index++) {
    await broker.partition(TOPIC, 0)!.append(batchOf(["x".repeat(1_000_000)]), { acks: -1 });
  }
  let readBytes = 0;
  const read = log.read.bind(log);
  log.read = async (offset, maxBytes) => {
    const result = await read(offset, maxBytes);
    readBytes += result.sizeBytes;
    return result;
  };
  const deaf = await Promise.all(Array.from({ length: 12 }, () => TestClient.connect(broker)));
  for (const client of deaf) {
    client.socket.pause();
    client.post(Fetch, 11, fetchInit(60_000));
  }
  await using reader = await TestClient.connect(broker);
  // Who holds nothing is served: small requests at once, a fetch when others were closed.
  expect(await reader.isAlive()).toBe(true);
  const fetched = reader.send(Fetch, 11, fetchInit(60_000));
  await expect.poll(() => readBytes).toBeGreaterThanOrEqual(limitBytes);
  // At most one read goes beyond the limit.
  expect(readBytes).toBeLessThanOrEqual(limitBytes + 8 * MIB);
  expect((await fetched).responses[0]!.partitions[0]!.records?.length).toBeGreaterThan(7_000_000);
  expect(closed).toContain("slow-reader");
  await Promise.all(deaf.map((client) => client[Symbol.asyncDispose]()));
  expect(await reader.isAlive()).toBe(true);
});

test("a fetch that finds no memory is answered with nothing when its time is up", async () => {
  const config = { "letterpress.queued.max.response.bytes": String(MIB) };
  await using broker = await startMemoryBroker({ config, closeGraceMs: 0 });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  for (let index = 0; index < 8; index++) {
    await broker.partition(TOPIC, 0)!.append(batchOf(["x".repeat(1_000_000)]), { acks: -1 });
  }
  await using deaf = await TestClient.connect(broker);
  deaf.socket.pause();
  deaf.post(Fetch, 11, fetchInit(0));
  await using reader = await TestClient.connect(broker);
  await expect
    .poll(
      async () => (await reader.send(Fetch, 11, fetchInit(10))).responses[0]!.partitions[0]!.records?.length,
    )
    .toBe(0);
  deaf.socket.resume();
  const { records } = (await reader.send(Fetch, 11, fetchInit(60_000))).responses[0]!.partitions[0]!;
  expect(records?.length).toBeGreaterThan(7_000_000);
});

test("a fetch that waits reads again only when something was appended", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  const { log } = broker.partition(TOPIC, 0)!;
  await broker.partition(TOPIC, 0)!.append(batchOf(["first"]), { acks: -1 });
  let reads = 0;
  const read = log.read.bind(log);
  log.read = (offset, maxBytes) => {
    reads++;
    return read(offset, maxBytes);
  };
  await using client = await TestClient.connect(broker);
  await client.send(Fetch, 11, fetchInit(200, MIB));
  // Once on arrival, once when time is up.
  expect(reads).toBe(2);
});

test("requests behind a waiting fetch start at once and are answered after it", async () => {
  await using broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  await using client = await TestClient.connect(broker);
  const fetched = client.send(Fetch, 11, fetchInit(10_000));
  const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records: batchOf(["self"]) }] }];
  const produced = client.send(Produce, 9, { acks: -1, timeoutMs: 1, topicData });
  expect((await fetched).responses[0]!.partitions[0]!.highWatermark).toBe(1n);
  expect((await produced).responses[0]!.partitionResponses[0]!.errorCode).toBe(0);
  expect(client.answered).toEqual([1, 2]);
});

test("closing wakes a waiting fetch and answers it", async () => {
  const broker = await startMemoryBroker();
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  await using client = await TestClient.connect(broker);
  const fetched = client.send(Fetch, 11, fetchInit(60_000));
  await expect.poll(() => broker.partition(TOPIC, 0) !== undefined).toBe(true);
  await using other = await TestClient.connect(broker);
  await other.isAlive();
  const startedMs = performance.now();
  await broker.close();
  expect(performance.now() - startedMs).toBeLessThan(2000);
  expect((await fetched).errorCode).toBe(0);
});

test("connections beyond the limit of one address are refused", async () => {
  await using broker = await startMemoryBroker({ config: { "max.connections.per.ip": "2" } });
  await using first = await TestClient.connect(broker);
  await using second = await TestClient.connect(broker);
  expect(await first.isAlive()).toBe(true);
  expect(await second.isAlive()).toBe(true);
  await using third = await TestClient.connect(broker);
  await third.closed();
  expect(await first.isAlive()).toBe(true);
});

test("an idle connection is closed, one that waits for an answer is not", async () => {
  await using broker = await startMemoryBroker({ config: { "connections.max.idle.ms": "60" } });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  await using idle = await TestClient.connect(broker);
  await using waiting = await TestClient.connect(broker);
  const fetched = waiting.send(Fetch, 11, fetchInit(400));
  await idle.closed();
  expect((await fetched).errorCode).toBe(0);
});

test("a request that does not arrive in time ends its connection, however slowly it goes on", async () => {
  await using broker = await startMemoryBroker({
    config: { "letterpress.request.receive.timeout.ms": "100" },
  });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
  await using slow = await TestClient.connect(broker);
  await using waiting = await TestClient.connect(broker);
  const fetched = waiting.send(Fetch, 11, fetchInit(500));
  const dripping = setInterval(() => slow.socket.write(Buffer.of(0)), 5);
  await slow.closed();
  clearInterval(dripping);
  expect((await fetched).errorCode).toBe(0);
  expect(await waiting.isAlive()).toBe(true);
});

test("requests that never become complete cost bounded memory and keep nobody else out", async () => {
  const config = {
    "queued.max.request.bytes": String(4 * MIB),
    "letterpress.request.receive.timeout.ms": "1000",
  };
  await using broker = await startMemoryBroker({ config });
  const announced = Buffer.alloc(4);
  announced.writeInt32BE(64 * MIB);
  const greedy = await Promise.all(Array.from({ length: 8 }, () => TestClient.connect(broker)));
  for (const { socket } of greedy) socket.write(Buffer.concat([announced, Buffer.alloc(32 * MIB)]));
  await using other = await TestClient.connect(broker);
  for (let round = 0; round < 20; round++) expect(await other.isAlive()).toBe(true);
  // What was not received is still in the clients' hands, up to what the kernel holds.
  const unsentBytes = greedy.reduce((sum, { socket }) => sum + socket.writableLength, 0);
  expect(unsentBytes).toBeGreaterThan(8 * 16 * MIB);
  await Promise.all(greedy.map((client) => client.closed()));
  expect(await other.isAlive()).toBe(true);
});

test("a broker in memory starts within 50 ms", async () => {
  // The best of several: whoever else uses the machine may delay one of them.
  let bestMs = Number.POSITIVE_INFINITY;
  for (let start = 0; start < 20 && bestMs >= 50; start++) {
    const startedMs = performance.now();
    await using broker = await startMemoryBroker();
    bestMs = Math.min(bestMs, performance.now() - startedMs);
    expect(broker.port).toBeGreaterThan(0);
  }
  expect(bestMs).toBeLessThan(50);
});
