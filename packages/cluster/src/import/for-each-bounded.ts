/**
 * Runs `work` for every item, at most `limit` at a time. The first failure aborts the signal that all are given, and is
 * thrown when everything has ended.
 */
export async function forEachBounded<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const iterator = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    try {
      for (let next = iterator.next(); !next.done; next = iterator.next()) {
        either.throwIfAborted();
        await work(next.value, either);
      }
    } catch (error) {
      failed.abort(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  either.throwIfAborted();
}
