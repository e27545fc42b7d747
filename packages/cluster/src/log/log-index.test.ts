import { logConfig } from "@letterpress/log";
import { expect, test } from "vitest";
import { LogIndex } from "./log-index.ts";
import { emptyHeader, type MessageHeader } from "./message-header.ts";
import { countExpired } from "./retention.ts";

const batch = (baseOffset: number, maxTimestampMs: number): MessageHeader => ({
  ...emptyHeader("logstart", { term: 0, leaderEpoch: 0, startOffset: 0, endOffset: baseOffset }),
  kind: "data",
  lastOffset: baseOffset,
  maxTimestampMs,
});

/** 20 batches of 100 bytes in chunks of 400 bytes; every second message of the stream is one. */
function filled(): LogIndex {
  const index = new LogIndex();
  index.setSegmentBytes(400);
  for (let offset = 0; offset < 20; offset++)
    index.append(1 + offset * 2, batch(offset, 1_000 + offset), 100);
  return index;
}

test("an offset is found in the chunk that holds it", () => {
  const index = filled();
  expect(index.chunks).toHaveLength(5);
  expect(index.find(7)).toMatchObject({ baseOffset: 4, endOffset: 8, sequence: 9, maxTimestampMs: 1_007 });
  expect(index.find(0)?.baseOffset).toBe(0);
  expect(index.find(100)?.baseOffset).toBe(16);
  expect(new LogIndex().find(0)).toBeUndefined();
});

test("trimming drops the chunks that end before, and tells how many bytes", () => {
  const index = filled();
  expect(index.trim(9)).toBe(800);
  expect([index.chunks[0]?.baseOffset, index.sizeBytes]).toEqual([8, 1_200]);
  expect(index.find(3)?.baseOffset).toBe(8);
  expect(index.trim(20)).toBe(1_200);
  expect([index.chunks.length, index.sizeBytes]).toEqual([0, 0]);
});

test("retention lets go of what is too old, and of what is more than enough", () => {
  const index = filled();
  const old = logConfig({ retentionMs: 100 });
  expect(countExpired(index, old, 1_103)).toBe(0);
  expect(countExpired(index, old, 1_104)).toBe(1);
  expect(countExpired(index, old, 1_000_000)).toBe(5);
  expect(countExpired(index, logConfig({ retentionMs: -1, retentionBytes: 900 }), 0)).toBe(2);
  const compacted = logConfig({ retentionMs: 1, cleanupPolicy: { delete: false, compact: true } });
  expect(countExpired(index, compacted, 1_000_000)).toBe(0);
});
