import { readBatchHeader } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf } from "../testing/batches.ts";
import { decodeProducerSnapshot, encodeProducerSnapshot } from "./producer-snapshot.ts";
import { ProducerStates } from "./producer-state.ts";

const LAST_SEQUENCE = 0x7fff_ffff;

function header(baseSequence: number, count = 1, producerEpoch = 0, baseOffset = 0n, timestampMs = 1_000) {
  const values = Array.from({ length: count }, () => "v");
  return readBatchHeader(
    batchOf(values, timestampMs, { producerId: 7n, producerEpoch, baseSequence, baseOffset }),
  );
}

/** Records batches of one record each with the sequences `from` on. */
function statesAfter(from: number, count: number): ProducerStates {
  const states = new ProducerStates();
  for (let index = 0; index < count; index++) {
    states.record(header((from + index) % (LAST_SEQUENCE + 1), 1, 0, BigInt(index)));
  }
  return states;
}

test("the next sequence is accepted, the last five are recognised, older ones only as repeated", () => {
  const states = statesAfter(0, 8);
  expect(states.check(header(8))).toBeUndefined();
  for (let sequence = 3; sequence < 8; sequence++) {
    expect(states.check(header(sequence))).toMatchObject({ baseOffset: BigInt(sequence) });
  }
  expect(() => states.check(header(1))).toThrow(expect.objectContaining({ code: "DUPLICATE_SEQUENCE" }));
  expect(() => states.check(header(9))).toThrow(expect.objectContaining({ code: "OUT_OF_ORDER_SEQUENCE" }));
  expect(() => states.check(header(7, 3))).toThrow(
    expect.objectContaining({ code: "OUT_OF_ORDER_SEQUENCE" }),
  );
});

test("a snapshot tells the batches that are recognised, oldest first", () => {
  const [producer] = statesAfter(0, 8).snapshots();
  expect(producer).toMatchObject({ producerId: 7n, producerEpoch: 0, lastSequence: 7, lastOffset: 7n });
  expect(producer?.batches.map(({ baseSequence }) => baseSequence)).toEqual([3, 4, 5, 6, 7]);
});

test("sequences go around after 2^31 - 1, inside a batch too", () => {
  const states = new ProducerStates();
  states.record(header(LAST_SEQUENCE - 1, 4));
  expect(states.check(header(2))).toBeUndefined();
  expect(states.check(header(LAST_SEQUENCE - 1, 4))).toMatchObject({ baseOffset: 0n });
  expect(() => states.check(header(0))).toThrow(expect.objectContaining({ code: "OUT_OF_ORDER_SEQUENCE" }));
  const around = statesAfter(LAST_SEQUENCE, 3);
  expect(around.check(header(2))).toBeUndefined();
});

test("a new epoch begins at 0 and fences the old one", () => {
  const states = statesAfter(0, 3);
  expect(() => states.check(header(3, 1, 1))).toThrow(
    expect.objectContaining({ code: "OUT_OF_ORDER_SEQUENCE" }),
  );
  expect(states.check(header(0, 1, 1))).toBeUndefined();
  states.record(header(0, 1, 1));
  expect(() => states.check(header(3, 1, 0))).toThrow(expect.objectContaining({ code: "PRODUCER_FENCED" }));
});

test("of an unknown producer any sequence may begin", () => {
  const states = statesAfter(0, 3);
  states.expire(2_000);
  expect(states.snapshots()).toEqual([]);
  expect(states.check(header(3))).toBeUndefined();
});

test("a snapshot restores what it was taken of", () => {
  fc.assert(
    fc.property(fc.nat(LAST_SEQUENCE), fc.integer({ min: 0, max: 9 }), (from, count) => {
      const states = statesAfter(from, count);
      const restored = decodeProducerSnapshot(encodeProducerSnapshot(states));
      expect(restored?.entries).toEqual(states.entries);
    }),
  );
});

test("a damaged snapshot is not taken", () => {
  const content = encodeProducerSnapshot(statesAfter(0, 3));
  for (let length = 0; length < content.length; length++) {
    expect(decodeProducerSnapshot(content.subarray(0, length))).toBeUndefined();
  }
  for (let at = 0; at < content.length; at++) {
    const flipped = Buffer.from(content);
    flipped[at]! ^= 0x10;
    expect(decodeProducerSnapshot(flipped)).toBeUndefined();
  }
});
