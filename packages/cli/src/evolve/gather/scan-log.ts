import type { Connected } from "../../connect.ts";
import type { UnseenRange } from "../facts.ts";
import { type ReadRange, readRanges } from "./read-ranges.ts";
import { type RecordSchema, recordSchema } from "./record-schema.ts";

/** A schema's records in one partition, while they are counted. */
interface Extent {
  count: number;
  firstOffset: bigint;
  lastOffset: bigint;
}

/** A record that is kept for the replay. */
export interface KeptRecord extends RecordSchema {
  readonly partition: number;
  readonly offset: bigint;
  /** The key or value, with its framing; a copy. */
  readonly bytes: Buffer;
}

/** What the records of a topic say of the schemas that wrote them. */
export interface LogScan {
  readonly records: number;
  readonly unframed: number;
  /** By schema, then by partition. */
  readonly extents: ReadonlyMap<RecordSchema["key"], ReadonlyMap<number, Readonly<Extent>>>;
  readonly unseen: readonly UnseenRange[];
  /** The last records, of all partitions together. */
  readonly kept: readonly KeptRecord[];
}

export interface ScanOptions {
  /** How many records are looked at, the newest and the oldest ones; the rest is reported as unseen. */
  readonly recordsMax: number;
  /** How many of the last records are kept. */
  readonly replay: number;
  readonly onProgress: (records: number) => void;
}

/** Looks at the framing of a topic's retained records. */
export async function scanLog(
  { client, admin }: Connected,
  topic: string,
  part: "key" | "value",
  options: ScanOptions,
): Promise<LogScan> {
  const [metadata] = await admin.topics.describe([topic]);
  const places = metadata!.partitions.map(({ partition }) => ({ topic, partition }));
  const [starts, ends] = await Promise.all([
    admin.topics.listOffsets(places, "earliest"),
    admin.topics.listOffsets(places, "latest"),
  ]);
  const logs = places.map((place, index) => ({
    ...place,
    from: starts[index]!.offset,
    to: ends[index]!.offset,
  }));
  const collector = new ScanCollector(part, replayShares(logs, options.replay), options);
  const unseen: UnseenRange[] = [];
  for (const ranges of boundedRanges(logs, options.recordsMax, unseen)) {
    unseen.push(...(await readRanges(client, ranges, (record) => collector.add(record))));
  }
  return { ...collector.result(), unseen };
}

/** Whole logs where they fit; else the oldest and the newest records of each, in two passes. */
function boundedRanges(logs: readonly ReadRange[], recordsMax: number, unseen: UnseenRange[]): ReadRange[][] {
  const share = BigInt(Math.max(2, Math.floor(recordsMax / Math.max(1, logs.length))));
  const oldest: ReadRange[] = [];
  const newest: ReadRange[] = [];
  for (const log of logs) {
    if (log.to - log.from <= share) {
      newest.push(log);
      continue;
    }
    const [gapStart, gapEnd] = [log.from + share / 2n, log.to - share / 2n];
    oldest.push({ ...log, to: gapStart });
    newest.push({ ...log, from: gapEnd });
    unseen.push({ partition: log.partition, from: gapStart, to: gapEnd });
  }
  return [oldest, newest];
}

/** How many records of each partition are kept: as many as its part in all of them. */
function replayShares(logs: readonly ReadRange[], replay: number): Map<number, number> {
  const total = Number(logs.reduce((sum, { from, to }) => sum + to - from, 0n));
  return new Map(
    logs.map(({ partition, from, to }) => [
      partition,
      Math.ceil((replay * Number(to - from)) / Math.max(1, total)),
    ]),
  );
}

type ScannedRecord = Parameters<Parameters<typeof readRanges>[2]>[0];

class ScanCollector {
  readonly #part: "key" | "value";
  readonly #shares: ReadonlyMap<number, number>;
  readonly #onProgress: ScanOptions["onProgress"];
  readonly #extents = new Map<RecordSchema["key"], Map<number, Extent>>();
  readonly #kept = new Map<number, KeptRecord[]>();
  #records = 0;
  #unframed = 0;

  constructor(part: "key" | "value", shares: ReadonlyMap<number, number>, { onProgress }: ScanOptions) {
    this.#part = part;
    this.#shares = shares;
    this.#onProgress = onProgress;
  }

  add(record: ScannedRecord): void {
    this.#onProgress(++this.#records);
    const schema = recordSchema(record, this.#part);
    if (schema === undefined) {
      this.#unframed++;
      return;
    }
    const { partition, offset } = record;
    const partitions = this.#extents.get(schema.key) ?? new Map<number, Extent>();
    if (partitions.size === 0) this.#extents.set(schema.key, partitions);
    const extent = partitions.get(partition);
    if (extent === undefined)
      partitions.set(partition, { count: 1, firstOffset: offset, lastOffset: offset });
    else {
      extent.count++;
      extent.lastOffset = offset;
    }
    this.#keep(schema, record);
  }

  #keep(schema: RecordSchema, record: ScannedRecord): void {
    const { partition, offset } = record;
    const share = this.#shares.get(partition) ?? 0;
    if (share === 0) return;
    const kept = this.#kept.get(partition) ?? [];
    if (kept.length === 0) this.#kept.set(partition, kept);
    kept.push({ ...schema, partition, offset, bytes: Buffer.from(record[this.#part]!) });
    // Cut in halves rather than shifted for every record.
    if (kept.length >= 2 * share + 2) kept.splice(0, kept.length - share);
  }

  result(): Omit<LogScan, "unseen"> {
    const kept = [...this.#kept].flatMap(([partition, records]) =>
      records.slice(-this.#shares.get(partition)!),
    );
    return { records: this.#records, unframed: this.#unframed, extents: this.#extents, kept };
  }
}
