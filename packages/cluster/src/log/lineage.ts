import type { CleanedMark } from "./generation.ts";
import type { MessageHeader } from "./message-header.ts";

/** A place in the log: behind what was taken so far. */
export interface LogPlace {
  readonly term: number;
  readonly leaderEpoch: number;
  readonly endOffset: number;
  readonly startOffset: number;
  /** The compacted front of the log. Default none. */
  readonly cleaned?: CleanedMark | undefined;
}

const NOTHING: LogPlace = { term: -1, leaderEpoch: -1, endOffset: 0, startOffset: 0 };

/**
 * Which messages of a stream belong to the log. Pure; every reader of a stream decides by it, so all agree.
 *
 * Appends are chained by the stream's last sequence and sent before the previous one is acknowledged. When somebody
 * else's message takes the place of one of them, the chain goes on behind it: a broker that has lost its leadership, with
 * appends under way, may still get some of them stored behind the message that began its successor's term. Those are
 * void, and so is the rest of a chain that lost a link. A message counts when it is of the current term (or begins a
 * newer one) and starts exactly where the log ends.
 */
export class Lineage {
  #place: LogPlace;

  constructor(place: LogPlace = NOTHING) {
    this.#place = place;
  }

  /**
   * The lineage that the first message of a stream continues. Purges leave a message at the front that counts, so the
   * first one is taken at its word.
   */
  static before({ kind, term, leaderEpoch, baseOffset, startOffset, cleaned }: MessageHeader): Lineage {
    const ownTerm = kind === "term" ? term - 1 : term;
    return new Lineage({ term: ownTerm, leaderEpoch, endOffset: baseOffset, startOffset, cleaned });
  }

  get place(): LogPlace {
    return this.#place;
  }

  /** Takes the next message of the stream; false when it is void. */
  accept(header: MessageHeader): boolean {
    const { kind, term, leaderEpoch, baseOffset, lastOffset, startOffset, cleaned } = header;
    const isOfTerm = kind === "term" ? term > this.#place.term : term === this.#place.term;
    if (!isOfTerm || baseOffset !== this.#place.endOffset) return false;
    const start = Math.max(this.#place.startOffset, startOffset);
    this.#place = { term, leaderEpoch, endOffset: lastOffset + 1, startOffset: start, cleaned };
    return true;
  }
}
