/**
 * Each thing that a request asks about once, the last mention counting: a small request must not have something large
 * described thousands of times.
 */
export function distinctBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return items.length < 2 ? items : [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
