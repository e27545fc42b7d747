import { Reader, WireError, Writer } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { APIS } from "../apis.ts";
import { ApiVersions, Heartbeat, Metadata, Produce } from "../messages/index.ts";
import { ProtocolError } from "../protocol-error.ts";
import { CLIENT_ID_BYTES_MAX, readRequestHeader } from "./header.ts";
import {
  correlationIdOf,
  decodeRequestBody,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from "./message-frame.ts";

const HEARTBEAT = { groupId: "g", generationId: 1, memberId: "m" };

function unframe(chunks: Buffer[]): Buffer {
  const frame = Buffer.concat(chunks);
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  return frame.subarray(4);
}

test.each([3, 4])("a request of version %i is read back with its header", (version) => {
  const reader = new Reader(unframe(encodeRequest(Heartbeat, version, 77, "client", HEARTBEAT)));
  const header = readRequestHeader(reader);
  expect(header).toMatchObject({ apiKey: 12, apiVersion: version, correlationId: 77, clientId: "client" });
  expect(header.api).toBe(Heartbeat);
  expect(decodeRequestBody(Heartbeat, version, reader)).toMatchObject(HEARTBEAT);
});

test.each([3, 4])("a response of version %i is read back with its correlation id", (version) => {
  const frame = unframe(encodeResponse(Heartbeat, version, 78, { errorCode: 27 }));
  expect(correlationIdOf(frame)).toBe(78);
  expect(decodeResponse(Heartbeat, version, frame)).toEqual({
    correlationId: 78,
    body: { throttleTimeMs: 0, errorCode: 27 },
  });
});

test("the response to ApiVersions keeps header version 0 in flexible versions", () => {
  const frame = unframe(encodeResponse(ApiVersions, 3, 1, { errorCode: 0, apiKeys: [] }));
  expect(frame.toString("hex")).toBe("00000001" + "0000" + "01" + "00000000" + "00");
});

test("record batches pass by reference", () => {
  const batch = Buffer.alloc(10_000, 7);
  const chunks = encodeRequest(Produce, 9, 1, null, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: "t", partitionData: [{ index: 0, records: batch }] }],
  });
  expect(chunks).toContain(batch);
  expect(chunks).toHaveLength(3);
  const reader = new Reader(unframe(chunks));
  expect(readRequestHeader(reader).clientId).toBeNull();
  const request = decodeRequestBody(Produce, 9, reader);
  expect(request.topicData[0]!.partitionData[0]!.records!.equals(batch)).toBe(true);
});

test("an unknown API key leaves the reader behind the client id", () => {
  const writer = new Writer();
  writer.int16(999);
  writer.int16(0);
  writer.int32(5);
  writer.int16(1);
  writer.utf8("c");
  writer.int8(42);
  const reader = new Reader(writer.toBuffer());
  const header = readRequestHeader(reader);
  expect(header).toEqual({ apiKey: 999, apiVersion: 0, correlationId: 5, clientId: "c", api: undefined });
  expect(reader.remaining).toBe(1);
});

test("the header of an ApiVersions request newer than this build is read", () => {
  const writer = new Writer();
  writer.int16(18);
  writer.int16(99);
  writer.int32(1);
  writer.int16(-1);
  writer.uvarint(0);
  const header = readRequestHeader(new Reader(writer.toBuffer()));
  expect(header.api).toBe(ApiVersions);
  expect(header.api?.supports(header.apiVersion)).toBe(false);
});

test("an overlong client id is refused in both directions", () => {
  const clientId = "x".repeat(CLIENT_ID_BYTES_MAX + 1);
  expect(() => encodeRequest(Heartbeat, 0, 1, clientId, HEARTBEAT)).toThrow(WireError);
  const writer = new Writer();
  writer.int16(12);
  writer.int16(0);
  writer.int32(1);
  writer.int16(clientId.length);
  writer.utf8(clientId);
  expect(() => readRequestHeader(new Reader(writer.toBuffer()))).toThrow(
    expect.objectContaining({ code: "TOO_LARGE" }),
  );
});

test("a header with more tagged fields than any client sends is refused", () => {
  const writer = new Writer();
  writer.int16(12);
  writer.int16(4);
  writer.int32(1);
  writer.int16(-1);
  writer.uvarint(5_000_000);
  writer.bytes(Buffer.alloc(20_000));
  expect(() => readRequestHeader(new Reader(writer.toBuffer()))).toThrow(WireError);
});

test("random bytes are a header or a declared error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...APIS), (bytes, api) => {
      const frame = Buffer.concat([Buffer.alloc(2), Buffer.from(bytes)]);
      frame.writeInt16BE(api.key);
      try {
        const header = readRequestHeader(new Reader(frame));
        expect(header.api).toBe(api);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 2000 },
  );
});

test("bytes behind a message are refused", () => {
  const frame = Buffer.concat([
    unframe(encodeResponse(Metadata, 1, 1, { brokers: [], topics: [] })),
    Buffer.from([0]),
  ]);
  expect(() => decodeResponse(Metadata, 1, frame)).toThrow(ProtocolError);
});
