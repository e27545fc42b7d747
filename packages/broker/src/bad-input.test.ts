import { APIS, ERRORS, Fetch, Metadata, Produce } from "@letterpress/protocol";
import { Writer } from "@letterpress/wire";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { API_VERSION_RANGES } from "./handlers/index.ts";
import type { RunningBroker } from "./running-broker.ts";
import { batchOf, startMemoryBroker } from "./testing/test-broker.ts";
import { TestClient } from "./testing/test-client.ts";

const TOPIC = "target";
let broker: RunningBroker;

beforeAll(async () => {
  broker = await startMemoryBroker({ config: { "socket.request.max.bytes": "2097152" } });
  await broker.createTopic({ name: TOPIC, partitions: 1 });
});
afterAll(() => broker.close());

function frame(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function header(apiKey: number, version: number, isFlexible = false): Writer {
  const writer = new Writer();
  writer.int16(apiKey);
  writer.int16(version);
  writer.int32(7);
  writer.int16(-1);
  if (isFlexible) writer.uvarint(0);
  return writer;
}

async function expectHealthy(): Promise<void> {
  await using client = await TestClient.connect(broker);
  expect(await client.isAlive()).toBe(true);
  expect(broker.partition(TOPIC, 0)!.log.endOffset).toBe(0n);
}

/** Sends bytes that cannot be answered; the connection has to end. */
async function expectClosed(bytes: Buffer): Promise<void> {
  await using client = await TestClient.connect(broker);
  client.socket.write(bytes);
  await client.closed();
  await expectHealthy();
}

const countBomb = (): Buffer => {
  const writer = header(Metadata.key, 5);
  writer.int32(0x7fffffff);
  return frame(writer.toBuffer());
};
const tagBomb = (): Buffer => {
  const writer = header(Metadata.key, 9, true);
  writer.uvarint(0);
  for (let index = 0; index < 3; index++) writer.bool(true);
  writer.uvarint(0x0fffffff);
  return frame(writer.toBuffer());
};

test.each([
  ["a negative length", Buffer.from([0xff, 0xff, 0xff, 0xf0])],
  ["a length above the limit", Buffer.from([0x7f, 0xff, 0xff, 0xff])],
  ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["a TLS handshake", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])],
  ["an empty frame", frame(Buffer.alloc(0))],
  ["a frame shorter than a header", frame(Buffer.from([0, 18]))],
  ["an unknown API key", frame(header(999, 0).toBuffer())],
  ["a version beyond the advertised ones", frame(header(Metadata.key, 99).toBuffer())],
  ["an array count that cannot fit", countBomb()],
  ["a count of tagged fields that cannot fit", tagBomb()],
  ["a body that ends early", frame(header(Produce.key, 7).toBuffer())],
])("%s ends the connection, and nothing else", async (_, bytes) => {
  await expectClosed(bytes);
});

async function produceBytes(records: Uint8Array | null, version = 9) {
  await using client = await TestClient.connect(broker);
  const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records }] }];
  const response = await client.send(Produce, version, { acks: -1, timeoutMs: 1000, topicData });
  expect(await client.isAlive()).toBe(true);
  return response.responses[0]!.partitionResponses[0]!;
}

const corrupt = (at: number): Buffer => {
  const batch = batchOf(["a", "b"]);
  batch[at]! ^= 0xff;
  return batch;
};

test.each([
  ["no batch", null, "INVALID_RECORD"],
  ["half a header", batchOf(["a"]).subarray(0, 30), "CORRUPT_MESSAGE"],
  ["a truncated batch", batchOf(["abc"]).subarray(0, -1), "CORRUPT_MESSAGE"],
  ["a wrong CRC", corrupt(19), "CORRUPT_MESSAGE"],
  ["a flipped record byte", corrupt(66), "CORRUPT_MESSAGE"],
  ["another magic", corrupt(16), "UNSUPPORTED_FOR_MESSAGE_FORMAT"],
  ["two batches", Buffer.concat([batchOf(["a"]), batchOf(["b"])]), "INVALID_RECORD"],
  ["too large a batch", batchOf(["x".repeat(900_000), "y".repeat(150_000)]), "MESSAGE_TOO_LARGE"],
  [
    "a timestamp of next year",
    batchOf([{ value: null, timestampMs: Date.now() + 3.2e10 }]),
    "INVALID_TIMESTAMP",
  ],
] as const)("%s is refused with a reason, and not stored", async (_, records, code) => {
  const refused = await produceBytes(records);
  expect(refused.errorCode).toBe(ERRORS[code].code);
  expect(refused.errorMessage).not.toBe("");
  await expectHealthy();
});

test("every byte of a batch may be flipped: it is refused, or the flip is outside what is stored", async () => {
  const original = batchOf(["alpha", "beta"]);
  await using client = await TestClient.connect(broker);
  for (let at = 8; at < original.length; at++) {
    if (at >= 12 && at < 16) continue;
    const records = Buffer.from(original);
    records[at]! ^= 0x40;
    const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records }] }];
    const response = await client.send(Produce, 9, { acks: -1, timeoutMs: 1000, topicData });
    expect(response.responses[0]!.partitionResponses[0]!.errorCode, `byte ${at}`).not.toBe(0);
  }
  await expectHealthy();
});

test("old versions of Produce are advertised and refused", async () => {
  expect(API_VERSION_RANGES.find(({ apiKey }) => apiKey === Produce.key)).toMatchObject({ minVersion: 0 });
  expect((await produceBytes(batchOf(["old"]), 2)).errorCode).toBe(ERRORS.UNSUPPORTED_VERSION.code);
});

test("random bodies in every API and version leave the broker healthy", async () => {
  const versions = API_VERSION_RANGES.flatMap(({ apiKey, minVersion, maxVersion }) =>
    Array.from({ length: maxVersion - minVersion + 1 }, (_, index) => ({
      apiKey,
      version: minVersion + index,
    })),
  );
  const bodies = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(120)));
  for (const { apiKey, version } of versions) {
    const api = APIS.find(({ key }) => key === apiKey)!;
    const writes = fc.sample(bodies, { numRuns: 6, seed: apiKey * 100 + version }).map(async (body) => {
      await using client = await TestClient.connect(broker);
      const writer = header(apiKey, version, api.isFlexible(version));
      writer.bytes(body);
      client.socket.end(frame(writer.toBuffer()));
      await client.closed();
    });
    await Promise.all(writes);
  }
  await expectHealthy();
});

test("a fetch of many unknown partitions is answered, not stored", async () => {
  await using client = await TestClient.connect(broker);
  const partitions = Array.from({ length: 5000 }, (_, partition) => ({
    partition,
    fetchOffset: 0n,
    partitionMaxBytes: 1,
  }));
  const topics = [{ topic: "nowhere", partitions }];
  const response = await client.send(Fetch, 11, {
    maxWaitMs: 10_000,
    minBytes: 1,
    isolationLevel: 0,
    topics,
    forgottenTopicsData: [],
  });
  expect(response.responses[0]!.partitions).toHaveLength(5000);
});
