import type { MessageHeader } from "./message-header.ts";

/**
 * Which messages of a stream belong to the log. Pure; every reader of a stream decides by it, so all agree.
 *
 * Appends are chained by the stream's last sequence and sent before the previous one is acknowledged. When somebody
 * else's message takes the place of one of them, the chain goes on behind it: a broker that has lost its leadership, with
 * appends under way, may still get some of them stored behind its successor's epoch message. Those are void, and so is
 * the rest of a chain that lost a link. A message counts when it is of the current epoch (or begins a newer one) and
 * starts exactly where the log ends.
 */
export class Lineage {
  #leaderEpoch: number;
  #endOffset: number;
  #startOffset: number;

  constructor(leaderEpoch = -1, endOffset = 0, startOffset = 0) {
    this.#leaderEpoch = leaderEpoch;
    this.#endOffset = endOffset;
    this.#startOffset = startOffset;
  }

  /**
   * The lineage that the first message of a stream continues. Purges leave a message at the front that counts, so the
   * first one is taken at its word.
   */
  static before(first: MessageHeader): Lineage {
    const leaderEpoch = first.kind === "epoch" ? first.leaderEpoch - 1 : first.leaderEpoch;
    return new Lineage(leaderEpoch, first.baseOffset, first.startOffset);
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  copy(): Lineage {
    return new Lineage(this.#leaderEpoch, this.#endOffset, this.#startOffset);
  }

  /** Takes the next message of the stream; false when it is void. */
  accept(message: MessageHeader): boolean {
    const { kind, leaderEpoch, baseOffset, lastOffset, startOffset } = message;
    const isOfEpoch = kind === "epoch" ? leaderEpoch > this.#leaderEpoch : leaderEpoch === this.#leaderEpoch;
    if (!isOfEpoch || baseOffset !== this.#endOffset) return false;
    this.#leaderEpoch = leaderEpoch;
    this.#endOffset = lastOffset + 1;
    this.#startOffset = Math.max(this.#startOffset, startOffset);
    return true;
  }
}
