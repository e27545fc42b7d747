import type { ConsumerRecord, Letterpress } from "@letterpress/client";

/** The records of one partition from `from` up to, but not including, `to`. */
export interface ReadRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** How often positions are looked at while no record comes: the last offsets may be markers, or compacted away. */
const CHECK_INTERVAL_MS = 50;
/** A log that gives nothing for this long is left where it is. */
const STALLED_MS = 10_000;

/**
 * Reads ranges of distinct partitions once, without a group. Returns what could not be read, because nothing came for
 * ten seconds.
 */
export async function readRanges(
  client: Letterpress,
  ranges: readonly ReadRange[],
  onRecord: (record: ConsumerRecord) => void,
): Promise<ReadRange[]> {
  const open = new Map(ranges.filter(({ from, to }) => from < to).map((range) => [keyOf(range), range]));
  if (open.size === 0) return [];
  await using consumer = client.consumer({ isolationLevel: "read-uncommitted" });
  await consumer.assign(
    [...open.values()].map(({ topic, partition, from }) => ({ topic, partition, offset: from })),
  );
  const batches = consumer.batches();
  let pending = batches.next();
  let waitedMs = 0;
  while (open.size > 0 && waitedMs < STALLED_MS) {
    const result = await within(pending, CHECK_INTERVAL_MS);
    if (result === undefined) {
      waitedMs += CHECK_INTERVAL_MS;
    } else {
      waitedMs = 0;
      if (result.done) break;
      pending = batches.next();
      const range = open.get(keyOf(result.value));
      for (const record of result.value.records)
        if (range !== undefined && record.offset < range.to) onRecord(record);
    }
    for (const [key, range] of open) {
      if (consumer.position(range) < range.to) continue;
      open.delete(key);
      consumer.pause([range]);
    }
  }
  pending.catch(() => undefined);
  return [...open.values()].map((range) => ({ ...range, from: maxOf(range.from, consumer.position(range)) }));
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${partition} ${topic}`;
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The promise's value if it comes in time; it may be awaited again later. */
async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
