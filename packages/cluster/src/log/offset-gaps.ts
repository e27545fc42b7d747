import type { ProducerSnapshot } from "@letterpress/log";
import type { MessageHeader } from "./message-header.ts";

/** A run of offsets without records; with a producer, the offsets of one batch of its. */
export type OffsetGap = Pick<MessageHeader, "baseOffset" | "lastOffset"> &
  Partial<Pick<MessageHeader, "producer" | "maxTimestampMs">>;

/**
 * What stands for the records that compaction and deletion have taken from a log. A log remembers the last batches of its
 * producers longer than their records; what is remembered has to be found at its offsets after the log has moved, too.
 */
export class OffsetGaps {
  readonly #produced: readonly Required<OffsetGap>[];
  #next = 0;

  constructor(producers: readonly ProducerSnapshot[]) {
    this.#produced = producers
      .flatMap(({ producerId, producerEpoch, batches }) =>
        batches.map(({ baseOffset, lastOffset, baseSequence, timestampMs }) => ({
          baseOffset: Number(baseOffset),
          lastOffset: Number(lastOffset),
          producer: { id: producerId, epoch: producerEpoch, baseSequence },
          maxTimestampMs: timestampMs,
        })),
      )
      .sort((a, b) => a.baseOffset - b.baseOffset);
  }

  /** Divides the offsets from `from` up to `to`, exclusive, which have no records. Later calls ask for later offsets. */
  between(from: number, to: number): OffsetGap[] {
    const gaps: OffsetGap[] = [];
    let next = from;
    for (; this.#next < this.#produced.length; this.#next++) {
      const lost = this.#produced[this.#next]!;
      if (lost.lastOffset >= to) break;
      // Batches before `next` still have records.
      if (lost.baseOffset < next) continue;
      if (lost.baseOffset > next) gaps.push({ baseOffset: next, lastOffset: lost.baseOffset - 1 });
      gaps.push(lost);
      next = lost.lastOffset + 1;
    }
    if (next < to) gaps.push({ baseOffset: next, lastOffset: to - 1 });
    return gaps;
  }
}
