/**
 * Which attempt at compacting a log wrote a stream. Terms are never given out twice, so neither are generations: two
 * brokers that both believe to lead never write to the same stream.
 */
export interface Generation {
  /** The term in which it was written. */
  readonly term: number;
  /** Counts the attempts of that term. */
  readonly number: number;
}

/** The compacted front of a log, as the headers of its messages name it. */
export interface CleanedMark {
  readonly generation: Generation;
  /** Offsets below are in the stream of that generation, those from here on in the log's own. */
  readonly endOffset: number;
  /** The last message that belongs to the generation. */
  readonly lastSequence: number;
}

/** Below 0 when `a` is older; generations are adopted in this order. */
export function compareGenerations(a: Generation, b: Generation): number {
  return a.term - b.term || a.number - b.number;
}

/** Whether reads below the mark's end still need its stream. */
export function isInForce(
  mark: CleanedMark | undefined,
  { startOffset }: { readonly startOffset: number },
): mark is CleanedMark {
  return mark !== undefined && startOffset < mark.endOffset;
}

/**
 * Whether nobody needs a generation's stream any more, nor ever will, as the leader of `term` sees it, which is about to
 * adopt none itself: what it once wrote and has not adopted, it never will. True also for a leader that was deposed
 * without knowing: what others may adopt that it has not seen adopted is of a later term and stays.
 */
export function isObsolete(
  generation: Generation,
  place: {
    readonly term: number;
    readonly startOffset: number;
    readonly cleaned?: CleanedMark | undefined;
  },
): boolean {
  const { cleaned, term } = place;
  const order = cleaned === undefined ? 1 : compareGenerations(generation, cleaned.generation);
  if (order === 0) return !isInForce(cleaned, place);
  return order < 0 || generation.term <= term;
}
