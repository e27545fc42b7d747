import type { AwaitedPartition } from "./read-targets.ts";

/**
 * Resolves when about `bytes` more can be read from the partitions, one of them ends, `timeoutMs` have passed or
 * `signal` is aborted. One timer per waiting request; each partition's log wakes it by its own events, so that
 * nothing runs while nothing happens. Bytes are estimated by the growth of the logs: the caller reads, and waits on
 * when that was too optimistic.
 */
export function waitForRecords(
  partitions: readonly AwaitedPartition[],
  bytes: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribers: (() => void)[] = [];
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      for (const unsubscribe of unsubscribers) unsubscribe();
      resolve();
    };
    const timer = setTimeout(finish, timeoutMs);
    signal.addEventListener("abort", finish);
    let missingBytes = bytes;
    for (const awaited of partitions) {
      const { log } = awaited.partition;
      let counted = 0;
      const count = (): void => {
        if (log.highWatermark === awaited.highWatermark) return;
        // A visible advance is at least one byte, whatever retention did to the size in between.
        const grown = Math.max(1, log.sizeBytes - awaited.sizeBytes);
        missingBytes -= grown - counted;
        counted = grown;
        if (missingBytes <= 0) finish();
      };
      unsubscribers.push(log.on("advance", count), log.on("closed", finish), log.on("deleted", finish));
      count();
    }
  });
}
