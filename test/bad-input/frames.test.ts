import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ApiVersions, decodeResponse, encodeRequest, FrameDecoder, Produce } from "@letterpress/protocol";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { encodeRecordBatch } from "@letterpress/wire";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

let letterpress: TestServer;
beforeAll(async () => {
  letterpress = await startTestServer({ broker: { "socket.request.max.bytes": 1_000_000 } });
  await letterpress
    .client()
    .admin()
    .topics.create([{ name: "target", partitions: 1 }]);
});
afterAll(() => letterpress.close());

/** Whatever came before: the server answers, and the topic is as empty as it was. */
afterEach(async () => {
  const client = letterpress.client();
  const [end] = await client.admin().topics.listOffsets([{ topic: "target", partition: 0 }], "latest");
  expect(end?.offset).toBe(0n);
  await client.close();
});

let socket: Socket;
beforeEach(async () => {
  const [host, port] = letterpress.kafka.split(":");
  socket = connect(Number(port), host);
  socket.on("error", () => {});
  await once(socket, "connect");
});
afterEach(() => socket.destroy());

function sendProduce(records: Buffer): Promise<number> {
  const body = {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: "target", partitionData: [{ index: 0, records }] }],
  };
  for (const chunk of encodeRequest(Produce, 9, 1, "bad", body)) socket.write(chunk);
  return new Promise((resolve, reject) => {
    const decoder = new FrameDecoder();
    socket.on("close", () => reject(new Error("closed")));
    socket.on("data", (chunk) => {
      decoder.push(chunk as Buffer);
      const frame = decoder.next();
      if (frame !== undefined)
        resolve(decodeResponse(Produce, 9, frame).body.responses[0]!.partitionResponses[0]!.errorCode);
    });
  });
}

const batch = () => encodeRecordBatch([{ value: Buffer.from("a") }, { value: Buffer.from("b") }]);
const CORRUPT_MESSAGE = 2;
const INVALID_RECORD = 87;

test("a batch with a wrong CRC is refused as corrupt", async () => {
  const bad = batch();
  bad[bad.length - 1] = bad[bad.length - 1]! ^ 1;
  expect(await sendProduce(bad)).toBe(CORRUPT_MESSAGE);
});

test("a truncated batch is refused", async () => {
  expect([CORRUPT_MESSAGE, INVALID_RECORD]).toContain(await sendProduce(batch().subarray(0, 70)));
});

test("an older record format is refused by name", async () => {
  const bad = batch();
  bad[16] = 1;
  expect([CORRUPT_MESSAGE, INVALID_RECORD, 43]).toContain(await sendProduce(bad));
});

test.each([
  ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
  ["a TLS hello", Buffer.from("16030100f8010000f40303", "hex")],
  ["a negative length", Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 18, 0, 0])],
  ["a frame above the limit", Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 18, 0, 0])],
  ["a frame shorter than its header", Buffer.from([0, 0, 0, 2, 0, 18])],
])("%s closes the connection", async (_name, bytes) => {
  const closed = once(socket, "close");
  socket.write(bytes);
  await closed;
});

test("an array that claims more elements than there are bytes is refused before anything is allocated", async () => {
  // Produce v9 with 2^28 topics.
  const header = Buffer.from([0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 0, 1]);
  const bomb = Buffer.concat([header, Buffer.from([0xff, 0xff, 0xff, 0x7f])]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bomb.length);
  const closed = once(socket, "close");
  socket.write(Buffer.concat([size, bomb]));
  await closed;
});

test("random bytes never take the server down", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      fc.boolean(),
      async (array, isFramed) => {
        const [host, port] = letterpress.kafka.split(":");
        const noise = connect(Number(port), host);
        noise.on("error", () => {});
        await once(noise, "connect");
        const size = Buffer.alloc(4);
        size.writeInt32BE(array.length);
        noise.end(isFramed ? Buffer.concat([size, array]) : array);
        noise.resume();
        await once(noise, "close");
      },
    ),
    { numRuns: 300 },
  );
  const answered = once(socket, "data");
  for (const chunk of encodeRequest(ApiVersions, 0, 7, "after", {})) socket.write(chunk);
  const [frame] = (await answered) as [Buffer];
  expect(frame.readInt32BE(4)).toBe(7);
});
