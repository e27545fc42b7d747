import { type LogConfig, logConfig, openMemoryEngine, type PartitionLog } from "@letterpress/log";
import { partitionOf } from "@letterpress/log/testing";
import { encodeRecordBatch } from "@letterpress/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogContent } from "../log/log-content.ts";
import { emptyHeader, formatHeader, parseHeader } from "../log/message-header.ts";
import type { SourceLog } from "./source-batches.ts";
import { sourceBatches } from "./source-batches.ts";
import { sourceMessages } from "./source-messages.ts";

const CONFIG: LogConfig = logConfig({
  segmentBytes: 400,
  cleanupPolicy: { delete: false, compact: true },
  deleteRetentionMs: 0,
});
const KEYS = ["a", "b", "c"];

/** One thing that happens to a log. */
type Step =
  | { readonly kind: "append"; readonly keys: readonly string[]; readonly producer: number }
  | { readonly kind: "compact" }
  | { readonly kind: "trim"; readonly part: number };

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      keys: fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 4 }),
      producer: fc.integer({ min: -1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "compact" } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("trim" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

/** A log with a history; idempotent producers among those that wrote it. */
async function logOf(steps: readonly Step[]): Promise<PartitionLog> {
  const log = await openMemoryEngine().open(partitionOf("source"), CONFIG);
  const sequences = new Map<number, number>();
  for (const each of steps) {
    if (each.kind === "compact") await log.enforceRetention(10_000);
    else if (each.kind === "trim") {
      const span = Number(log.endOffset - log.startOffset);
      await log.trim(log.startOffset + BigInt(Math.floor(span * each.part)));
    } else {
      const { producer, keys } = each;
      const records = keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from("v"), timestampMs: 1 }));
      const baseSequence = sequences.get(producer) ?? 0;
      sequences.set(producer, baseSequence + keys.length);
      const idempotence = { producerId: BigInt(producer), producerEpoch: 0, baseSequence };
      await log.append(encodeRecordBatch(records, producer < 0 ? {} : idempotence));
    }
  }
  return log;
}

/** Stores up to `limit` messages behind what `content` has seen; returns their payloads. */
async function copy(
  log: SourceLog,
  content: LogContent,
  limit = Number.POSITIVE_INFINITY,
): Promise<Buffer[]> {
  const { place } = content;
  const term = emptyHeader("term", { ...place, term: place.term + 1, leaderEpoch: 0 });
  visit(content, term, 0);
  const stored: Buffer[] = [];
  let count = 0;
  for await (const messages of sourceMessages(log, content.place)) {
    for (const { header, bytes } of messages) {
      if (count++ === limit) return stored;
      expect(visit(content, header, bytes.length)).toBe(true);
      if (header.kind === "data") stored.push(Buffer.from(bytes));
    }
  }
  return stored;
}

function visit(content: LogContent, header: Parameters<typeof formatHeader>[0], sizeBytes: number): boolean {
  const read = parseHeader(formatHeader(header));
  expect(read).toEqual(header);
  return content.visit({ sequence: content.sequence + 1, header: read, data: Buffer.alloc(0), sizeBytes });
}

async function batchesOf(log: SourceLog): Promise<Buffer[]> {
  const batches: Buffer[] = [];
  for await (const piece of sourceBatches(log)) batches.push(...piece.map(({ bytes }) => Buffer.from(bytes)));
  return batches;
}

describe("the messages that copy a log", () => {
  test("hold its batches as they are, its offsets, its start and its producers, in one go or in several", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(fc.nat({ max: 9 }), { maxLength: 5 }),
        async (steps, stops) => {
          const log = await logOf(steps);
          const content = new LogContent();
          const stored: Buffer[] = [];
          for (const stop of stops) stored.push(...(await copy(log, content, stop)));
          stored.push(...(await copy(log, content)));
          expect(Buffer.concat(stored)).toEqual(Buffer.concat(await batchesOf(log)));
          expect(BigInt(content.place.endOffset)).toBe(log.endOffset);
          expect(BigInt(content.place.startOffset)).toBe(log.startOffset);
          expect(byId(content.producers.snapshots())).toEqual(byId(log.producers()));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("go on behind what was trimmed since an earlier part was copied", async () => {
    const steps: Step[] = Array.from({ length: 6 }, () => ({ kind: "append", keys: ["a"], producer: -1 }));
    const log = await logOf(steps);
    const content = new LogContent();
    await copy(log, content, 2);
    await log.trim(4n);
    await copy(log, content);
    expect(content.place).toMatchObject({ startOffset: 4, endOffset: 6 });
    await log.trim(6n);
    expect(await copy(log, content)).toEqual([]);
    expect(content.place).toMatchObject({ startOffset: 6, endOffset: 6 });
  });

  test("are refused when the stream cannot be a part of the log", async () => {
    const log = await logOf([{ kind: "append", keys: ["a", "b", "c"], producer: -1 }]);
    const place = { term: 0, leaderEpoch: 0, startOffset: 0 };
    for (const endOffset of [1, 4]) {
      const messages = sourceMessages(log, { ...place, endOffset }).next();
      await expect(messages).rejects.toMatchObject({ code: "IMPORT_MISMATCH" });
    }
  });
});

function byId<T extends { readonly producerId: bigint }>(producers: readonly T[]): readonly T[] {
  return [...producers].sort((a, b) => Number(a.producerId - b.producerId));
}
