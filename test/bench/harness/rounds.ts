/** One of the things that are compared, measured in a process of its own each time. */
export interface Contestant<Result> {
  readonly name: string;
  measure(): Promise<Result>;
}

/**
 * Measures every contestant once in every round, forwards in one round and backwards in the next (A B B A), so that a
 * machine that slows down or speeds up meanwhile favours none. One measurement before the first round is discarded: it
 * warms the server they share, if there is one.
 *
 * @returns the results by contestant, in the order of the rounds.
 */
export async function interleave<Result>(
  contestants: readonly Contestant<Result>[],
  rounds: number,
): Promise<Map<string, Result[]>> {
  const results = new Map(contestants.map(({ name }) => [name, [] as Result[]]));
  await contestants[0]?.measure();
  for (let round = 0; round < rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      results.get(contestant.name)!.push(await contestant.measure());
    }
  }
  return results;
}
