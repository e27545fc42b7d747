import { encodeRecordBatch } from "@letterpress/wire";
import { expect, test } from "vitest";
import { FetchedChunk } from "./fetched-chunk.ts";
import { PartitionState } from "./partition-state.ts";

const COMMIT = Buffer.from([0, 0, 0, 1]);
const ABORT = Buffer.from([0, 0, 0, 0]);

function batch(baseOffset: bigint, values: readonly string[], options = {}): Buffer {
  const records = values.map((value) => ({ value: Buffer.from(value) }));
  return encodeRecordBatch(records, { baseOffset, ...options });
}

function marker(baseOffset: bigint, producerId: bigint, key: Buffer): Buffer {
  const options = { baseOffset, producerId, producerEpoch: 0, isTransactional: true, isControl: true };
  return encodeRecordBatch([{ key, value: Buffer.alloc(6) }], options);
}

function transactional(baseOffset: bigint, producerId: bigint, values: readonly string[]): Buffer {
  return batch(baseOffset, values, { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });
}

function chunkAt(
  offset: bigint,
  bytes: Buffer,
  aborted: { producerId: bigint; firstOffset: bigint }[] | null = null,
) {
  const state = new PartitionState("t", 0);
  state.seek(offset);
  return new FetchedChunk(state, bytes, 100n, aborted);
}

function valuesOf(chunk: FetchedChunk): string[] {
  const values: string[] = [];
  for (let record = chunk.next(2); record !== undefined; record = chunk.next(2))
    values.push(`${record.value}`);
  return values;
}

test("records in front of the position are left out", () => {
  const chunk = chunkAt(11n, Buffer.concat([batch(8n, ["a", "b"]), batch(10n, ["c", "d", "e"])]));
  expect(valuesOf(chunk)).toEqual(["d", "e"]);
  expect(chunk.nextOffset).toBe(13n);
});

test("a batch that the broker cut short is left for the next fetch", () => {
  const whole = batch(0n, ["a"]);
  const cut = batch(1n, ["b"]).subarray(0, 65);
  const chunk = chunkAt(0n, Buffer.concat([whole, cut]));
  expect(valuesOf(chunk)).toEqual(["a"]);
  expect(chunk.nextOffset).toBe(1n);
});

test("aborted records and markers are left out, those of committed transactions are not", () => {
  const bytes = Buffer.concat([
    transactional(0n, 7n, ["aborted"]),
    transactional(1n, 8n, ["committed"]),
    marker(2n, 7n, ABORT),
    marker(3n, 8n, COMMIT),
    transactional(4n, 7n, ["later"]),
    marker(5n, 7n, COMMIT),
  ]);
  const chunk = chunkAt(0n, bytes, [{ producerId: 7n, firstOffset: 0n }]);
  expect(valuesOf(chunk)).toEqual(["committed", "later"]);
  expect(chunk.nextOffset).toBe(6n);
});

test("batches are taken in runs of at most the count asked for", () => {
  const chunk = chunkAt(0n, Buffer.concat([batch(0n, ["a", "b", "c"]), batch(3n, ["d"])]));
  const runs: string[][] = [];
  for (let run = chunk.take(2); run.length > 0; run = chunk.take(2))
    runs.push(run.map(({ value }) => `${value}`));
  expect(runs).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("a damaged batch is refused", () => {
  const bytes = batch(0n, ["a"]);
  bytes[bytes.length - 1]! ^= 1;
  const chunk = chunkAt(0n, bytes);
  expect(() => chunk.next(10)).toThrow(expect.objectContaining({ code: "CRC_MISMATCH" }));
});

test("a seek makes what was fetched stale", () => {
  const chunk = chunkAt(0n, batch(0n, ["a"]));
  expect(chunk.isDeliverable).toBe(true);
  chunk.state.seek(0n);
  expect(chunk.isCurrent).toBe(false);
  expect(chunk.isDeliverable).toBe(false);
});
