import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "../protocol-error.ts";
import { FrameDecoder, UNAUTHENTICATED_FRAME_BYTES_MAX } from "./frame-decoder.ts";

function frame(body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(bytes.length);
  return Buffer.concat([prefix, bytes]);
}

test("frames come out as they went in, however the stream is cut", () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 20 });
  const cuts = fc.array(fc.integer({ min: 1, max: 2500 }), { minLength: 1 });
  fc.assert(
    fc.property(bodies, cuts, (bodies, cuts) => {
      const stream = Buffer.concat(bodies.map((body) => frame(Buffer.from(body))));
      const decoder = new FrameDecoder();
      const got: Buffer[] = [];
      for (let at = 0, index = 0; at < stream.length; index++) {
        const end = at + cuts[index % cuts.length]!;
        decoder.push(stream.subarray(at, end));
        got.push(...decoder);
        at = end;
      }
      expect(got.map((body) => body.toString("hex"))).toEqual(
        bodies.map((body) => Buffer.from(body).toString("hex")),
      );
      expect(decoder.bufferedBytes).toBe(0);
    }),
  );
});

test("a frame inside one chunk is a view of it", () => {
  const chunk = Buffer.concat([frame("abc"), frame("defg")]);
  const decoder = new FrameDecoder();
  decoder.push(chunk);
  const [first, second] = [...decoder];
  expect(first!.buffer).toBe(chunk.buffer);
  expect(second!.buffer).toBe(chunk.buffer);
  expect([first!.toString(), second!.toString()]).toEqual(["abc", "defg"]);
});

test("frames taken earlier stay intact while the stream goes on byte by byte", () => {
  const decoder = new FrameDecoder();
  const taken: Buffer[] = [];
  const bodies = Array.from({ length: 2000 }, (_, index) => `frame number ${index}`);
  for (const byte of Buffer.concat(bodies.map(frame))) {
    decoder.push(Buffer.from([byte]));
    taken.push(...decoder);
  }
  expect(taken.map(String)).toEqual(bodies);
});

test("large and single-byte chunks in turn cost little more memory than they bring", () => {
  const decoder = new FrameDecoder();
  const body = Buffer.alloc(4_000_000, 7);
  const stream = frame(body);
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < stream.length; at += 1025) {
    decoder.push(stream.subarray(at, at + 1024));
    decoder.push(stream.subarray(at + 1024, at + 1025));
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  expect(decoder.next()?.equals(body)).toBe(true);
});

test("an empty frame is a frame", () => {
  const decoder = new FrameDecoder();
  decoder.push(frame(""));
  expect([...decoder].map((body) => body.length)).toEqual([0]);
});

test("a length above the limit is refused before its bytes come", () => {
  const decoder = new FrameDecoder(10);
  decoder.push(frame("0123456789"));
  expect([...decoder]).toHaveLength(1);
  decoder.push(Buffer.from([0, 0, 0]));
  expect(decoder.next()).toBeUndefined();
  decoder.push(Buffer.from([11]));
  expect(() => decoder.next()).toThrow(
    new ProtocolError("FRAME_TOO_LARGE", "a frame of 11 bytes was announced, at most 10 are allowed"),
  );
});

test("a negative length is refused", () => {
  const decoder = new FrameDecoder();
  decoder.push(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  expect(() => decoder.next()).toThrow(expect.objectContaining({ code: "FRAME_TOO_LARGE" }));
});

test("the limit can be raised between two frames of one chunk", () => {
  const decoder = new FrameDecoder(UNAUTHENTICATED_FRAME_BYTES_MAX);
  decoder.push(Buffer.concat([frame("authenticate"), frame(Buffer.alloc(100_000))]));
  expect(decoder.next()?.toString()).toBe("authenticate");
  decoder.frameBytesMax = 200_000;
  expect(decoder.next()?.length).toBe(100_000);
});

test.each([
  ["GET / HTTP/1.1\r\n", /HTTP request/],
  ["POST /topics", /HTTP request/],
  ["\x16\x03\x01\x02\x00", /TLS handshake/],
  ["\x15\x03\x01\x00\x02", /TLS alert/],
])("the mistake behind %j is named", (bytes, message) => {
  const decoder = new FrameDecoder();
  decoder.push(Buffer.from(bytes, "latin1"));
  expect(() => decoder.next()).toThrow(message);
});

test("random bytes give frames or a ProtocolError, and hold no more than what came", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
      const decoder = new FrameDecoder(1000);
      let received = 0;
      try {
        for (const chunk of chunks) {
          received += chunk.length;
          decoder.push(Buffer.from(chunk));
          for (const body of decoder) expect(body.length).toBeLessThanOrEqual(1000);
          expect(decoder.bufferedBytes).toBeLessThanOrEqual(received);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
  );
});
