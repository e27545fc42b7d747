import { expect, test } from "vitest";
import type { Disk } from "../disk/disk.ts";
import { logConfig } from "../log-config.ts";
import { MemoryDisk } from "../memory/memory-disk.ts";
import type { PartitionLog } from "../partition-log.ts";
import { batchOf, partitionOf, recordsOf } from "../testing/batches.ts";
import { delegate } from "../testing/with-sync.ts";
import { openFileEngine } from "./file-engine.ts";

const BATCHES = 40;
const VALUE_BYTES = 20_000;
const BATCH_BYTES = batchOf([textOf(0)]).length;

function textOf(index: number): string {
  return `${index};`.padEnd(VALUE_BYTES, "x");
}

/** A disk that tells how many bytes each read asked for. */
function counting(disk: MemoryDisk, reads: number[]): Disk {
  return {
    ...delegate(disk),
    async open(path, options) {
      const file = await disk.open(path, options);
      const read = file.read.bind(file);
      file.read = (buffer, position) => {
        reads.push(buffer.length);
        return read(buffer, position);
      };
      return file;
    },
  };
}

async function openFilled(reads: number[] = []): Promise<PartitionLog> {
  const options = { disk: counting(new MemoryDisk(), reads), tailCacheBytes: 0, checkpointIntervalMs: 0 };
  const engine = await openFileEngine("/data", options);
  const log = await engine.open(partitionOf("orders"), logConfig());
  for (let index = 0; index < BATCHES; index++) await log.append(batchOf([textOf(index)]));
  reads.length = 0;
  return log;
}

test("whoever reads on from where a read ended reads nothing twice", async () => {
  const reads: number[] = [];
  const log = await openFilled(reads);
  const sizes: number[] = [];
  for (let next = 0; next < BATCHES; next += sizes.at(-1)! / BATCH_BYTES) {
    sizes.push((await log.read(BigInt(next), BATCH_BYTES * 3.5)).sizeBytes);
  }
  expect(sizes.every((size, at) => size === BATCH_BYTES * 3 || at === sizes.length - 1)).toBe(true);
  expect(reads).toHaveLength(sizes.length);
  expect(reads.reduce((sum, bytes) => sum + bytes)).toBeLessThan(BATCH_BYTES * (BATCHES + 4));
});

test("a read may start anywhere, whatever was read before", async () => {
  const log = await openFilled();
  for (const next of [39, 0, 17, 16, 18, 3, 3, 38, 21, 0]) {
    const read = await log.read(BigInt(next), BATCH_BYTES * 2);
    expect(recordsOf(read)[0]).toEqual({ offset: BigInt(next), value: textOf(next) });
  }
});

test("reads that are released leave others' alone, and are empty themselves", async () => {
  const log = await openFilled();
  const [first, second] = await Promise.all([log.read(0n, BATCH_BYTES), log.read(0n, BATCH_BYTES)]);
  first.release!();
  expect(first.chunks.map(({ length }) => length)).toEqual([0]);
  const later = await log.read(5n, BATCH_BYTES);
  expect(recordsOf(later)).toEqual([{ offset: 5n, value: textOf(5) }]);
  expect(recordsOf(second)).toEqual([{ offset: 0n, value: textOf(0) }]);
});
