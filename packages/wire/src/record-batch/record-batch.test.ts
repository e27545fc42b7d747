import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPRESSION_NAMES } from "../compression/codec.ts";
import { WireError } from "../wire-error.ts";
import { encodeRecordBatch, RecordBatchBuilder, stampProducer } from "./builder.ts";
import { HEADER_BYTES, readBatchHeader, stampBatch } from "./header.ts";
import { openRecords, readBatches, readRecords, verifyBatchCrc, verifyRecords } from "./read.ts";
import { stampAppendTime } from "./stamp.ts";

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)));
const record = fc.record({
  key: bytes,
  value: bytes,
  timestampMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 40, unit: "grapheme" }), value: bytes }), {
    maxLength: 4,
  }),
});

describe("a record batch", () => {
  test("gives back its records in every compression", () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(...COMPRESSION_NAMES),
        (records, compression) => {
          const batch = encodeRecordBatch(records, { compression, baseOffset: 70n });
          const header = readBatchHeader(batch);
          verifyBatchCrc(batch, header);
          verifyRecords(batch, header);
          expect(header.sizeBytes).toBe(batch.length);
          expect(header.recordCount).toBe(records.length);
          expect(header.lastOffset).toBe(69n + BigInt(records.length));
          expect(header.maxTimestampMs).toBe(Math.max(...records.map(({ timestampMs }) => timestampMs)));
          expect(readRecords(batch, header)).toEqual(
            records.map((each, index) => ({ ...each, offset: 70n + BigInt(index) })),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test("carries who produced it", () => {
    const batch = encodeRecordBatch([{ value: Buffer.from("v") }], {
      producerId: 2n ** 40n,
      producerEpoch: 7,
      baseSequence: 2_000_000_000,
      isTransactional: true,
      isControl: true,
    });
    expect(readBatchHeader(batch)).toMatchObject({
      producerId: 2n ** 40n,
      producerEpoch: 7,
      baseSequence: 2_000_000_000,
      isTransactional: true,
      isControl: true,
    });
    stampProducer(batch, 5n, 0, 3);
    const header = readBatchHeader(batch);
    verifyBatchCrc(batch, header);
    expect(header).toMatchObject({ producerId: 5n, producerEpoch: 0, baseSequence: 3 });
  });

  test("keeps its CRC when the broker stamps offset and epoch", () => {
    const batch = encodeRecordBatch([{ value: Buffer.from("a") }, { value: null }]);
    stampBatch(batch, 1_000_000_000_000n, 9);
    const header = readBatchHeader(batch);
    verifyBatchCrc(batch, header);
    expect(header).toMatchObject({
      baseOffset: 1_000_000_000_000n,
      lastOffset: 1_000_000_000_001n,
      leaderEpoch: 9,
    });
  });

  test("takes the append time for every record", () => {
    const batch = encodeRecordBatch([
      { value: null, timestampMs: 5 },
      { value: null, timestampMs: 9 },
    ]);
    stampAppendTime(batch, readBatchHeader(batch), 1234);
    const header = readBatchHeader(batch);
    verifyBatchCrc(batch, header);
    expect(header.timestampType).toBe("log-append");
    expect(readRecords(batch, header).map(({ timestampMs }) => timestampMs)).toEqual([1234, 1234]);
  });

  test("stays below the size that was announced for its records", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const builder = new RecordBatchBuilder();
        let announced = HEADER_BYTES;
        for (const each of records) {
          announced += RecordBatchBuilder.recordBytesMax(each);
          builder.append(each);
        }
        expect(builder.sizeBytes).toBeLessThanOrEqual(announced);
        expect(builder.build().length).toBe(builder.sizeBytes);
      }),
    );
  });

  test("is found among others, and a torn one at the end is left out", () => {
    const one = encodeRecordBatch([{ value: Buffer.from("1") }]);
    const two = encodeRecordBatch([{ value: Buffer.from("2") }]);
    const chunk = Buffer.concat([one, two, one.subarray(0, one.length - 1)]);
    expect([...readBatches(chunk)].map(({ at }) => at)).toEqual([0, one.length]);
  });
});

describe("a damaged batch", () => {
  const good = encodeRecordBatch(
    Array.from({ length: 5 }, (_, index) => ({
      key: Buffer.from(`key-${index}`),
      value: Buffer.from("value"),
      headers: [{ key: "h", value: null }],
    })),
  );

  test("fails its CRC wherever behind it a byte is flipped", () => {
    for (let at = 21; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = bad[at]! ^ 0x10;
      expect(() => verifyBatchCrc(bad, readBatchHeader(bad))).toThrow(WireError);
    }
  });

  test("never gives another error than a WireError, even with a CRC that fits", () => {
    fc.assert(
      fc.property(fc.integer({ min: HEADER_BYTES, max: good.length - 1 }), fc.nat(255), (at, byte) => {
        const bad = Buffer.from(good);
        bad[at] = byte;
        const header = readBatchHeader(bad);
        for (const read of [() => verifyRecords(bad, header), () => readRecords(bad, header)]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("is refused when the counts disagree with the records", () => {
    const bad = Buffer.from(good);
    bad.writeInt32BE(6, 57);
    expect(() => verifyRecords(bad, readBatchHeader(bad))).toThrow("states 6 records");
  });

  test("cannot claim more headers than it has bytes", () => {
    const batch = encodeRecordBatch([{ value: Buffer.alloc(3) }]);
    const bomb = Buffer.concat([
      batch.subarray(0, batch.length - 1),
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]),
    ]);
    bomb[HEADER_BYTES] = bomb[HEADER_BYTES]! + 8;
    bomb.writeInt32BE(bomb.length - 12, 8);
    const cursor = openRecords(bomb, readBatchHeader(bomb));
    expect(() => cursor.next()).toThrow("headers");
  });

  test("of another magic, or shorter than its header, is named as such", () => {
    const magic = Buffer.from(good);
    magic[16] = 1;
    expect(() => readBatchHeader(magic)).toThrow("magic 1");
    const short = Buffer.from(good);
    short.writeInt32BE(10, 8);
    expect(() => readBatchHeader(short)).toThrow("shorter than its header");
    expect(() => readBatchHeader(good.subarray(0, 30))).toThrow(
      expect.objectContaining({ code: "TRUNCATED" }),
    );
  });
});
