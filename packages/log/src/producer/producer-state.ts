import type { RecordBatchHeader } from "@letterpress/wire";
import { LogError } from "../log-error.ts";
import type { ProducedBatch, ProducerSnapshot } from "../partition-log.ts";

/** Clients keep at most five requests in flight, so no repeated batch is older than this many. */
export const BATCHES_KEPT = 5;
const SEQUENCES = 0x8000_0000;

/** The part of a batch's header that idempotence depends on. */
export type ProducedHeader = Pick<
  RecordBatchHeader,
  | "producerId"
  | "producerEpoch"
  | "baseSequence"
  | "baseOffset"
  | "lastOffset"
  | "maxTimestampMs"
  | "isControl"
>;

/** What is known of one producer id: its epoch and its last batches, oldest first. */
export interface Producer {
  readonly producerEpoch: number;
  readonly batches: readonly ProducedBatch[];
}

/**
 * The idempotent producers of one partition, with Kafka's rules: per producer id and epoch, batches must carry
 * consecutive sequences; a repeated one among the last five is recognised and gets its first offsets. Pure: no clock,
 * no files.
 */
export class ProducerStates {
  readonly #producers = new Map<bigint, Producer>();

  get entries(): ReadonlyMap<bigint, Producer> {
    return this.#producers;
  }

  /**
   * Checks a batch that is about to be appended. Returns the batch it repeats, if it does.
   *
   * @throws LogError `PRODUCER_FENCED`, `OUT_OF_ORDER_SEQUENCE`, `DUPLICATE_SEQUENCE`
   */
  check(header: ProducedHeader): ProducedBatch | undefined {
    const known = this.#producers.get(header.producerId);
    // Nothing is known of a producer that is new, or whose records are all deleted: any sequence may begin.
    if (known === undefined) return undefined;
    const { producerEpoch } = known;
    if (header.producerEpoch < producerEpoch) {
      throw new LogError(
        "PRODUCER_FENCED",
        `producer ${header.producerId} writes in epoch ${header.producerEpoch}, epoch ${producerEpoch} has written already`,
      );
    }
    if (header.isControl || header.baseSequence < 0) return undefined;
    if (header.producerEpoch > producerEpoch) {
      if (header.baseSequence === 0) return undefined;
      throw outOfOrder(header, 0);
    }
    return checkSequence(header, known);
  }

  /** Takes a batch that has got its offsets: appended, or found in the log. */
  record(header: ProducedHeader): void {
    const known = this.#producers.get(header.producerId);
    const kept = known !== undefined && known.producerEpoch === header.producerEpoch ? known.batches : [];
    const batch: ProducedBatch = {
      baseSequence: header.baseSequence,
      lastSequence: lastSequenceOf(header),
      baseOffset: header.baseOffset,
      lastOffset: header.lastOffset,
      timestampMs: Math.min(header.maxTimestampMs, Number.MAX_SAFE_INTEGER),
    };
    // A control batch has no sequence: the sequence goes on behind it, where the epoch has one.
    const batches =
      header.isControl || header.baseSequence < 0 ? kept : [...kept, batch].slice(-BATCHES_KEPT);
    this.#producers.set(header.producerId, { producerEpoch: header.producerEpoch, batches });
  }

  /** Takes a producer as a snapshot has it. */
  restore(producerId: bigint, producer: Producer): void {
    this.#producers.set(producerId, producer);
  }

  /** Forgets producers that have written nothing since `beforeMs`. */
  expire(beforeMs: number): void {
    for (const [producerId, { batches }] of this.#producers) {
      if ((batches.at(-1)?.timestampMs ?? -1) < beforeMs) this.#producers.delete(producerId);
    }
  }

  snapshots(): ProducerSnapshot[] {
    return [...this.#producers].map(([producerId, { producerEpoch, batches }]) => {
      const last = batches.at(-1);
      return {
        producerId,
        producerEpoch,
        lastSequence: last?.lastSequence ?? -1,
        lastTimestampMs: last?.timestampMs ?? -1,
        lastOffset: last?.lastOffset ?? -1n,
        batches,
      };
    });
  }
}

function checkSequence(header: ProducedHeader, known: Producer): ProducedBatch | undefined {
  const lastSequence = lastSequenceOf(header);
  const repeated = known.batches.find(
    (batch) => batch.baseSequence === header.baseSequence && batch.lastSequence === lastSequence,
  );
  if (repeated !== undefined) return repeated;
  const last = known.batches.at(-1);
  // Only control batches are known in this epoch, so the first sequence is still to come.
  if (last === undefined) return undefined;
  const expected = (last.lastSequence + 1) % SEQUENCES;
  if (header.baseSequence === expected) return undefined;
  const oldest = known.batches[0]!;
  const distance = (oldest.baseSequence - lastSequence + SEQUENCES) % SEQUENCES;
  if (distance > 0 && distance < SEQUENCES / 2) {
    throw new LogError(
      "DUPLICATE_SEQUENCE",
      `producer ${header.producerId} repeats sequence ${header.baseSequence}, too old to know its offsets`,
    );
  }
  throw outOfOrder(header, expected);
}

/** Sequences go from 0 to 2^31 - 1 and around. */
function lastSequenceOf(header: ProducedHeader): number {
  if (header.baseSequence < 0) return -1;
  return (header.baseSequence + Number(header.lastOffset - header.baseOffset)) % SEQUENCES;
}

function outOfOrder(header: ProducedHeader, expected: number): LogError {
  return new LogError(
    "OUT_OF_ORDER_SEQUENCE",
    `producer ${header.producerId}, epoch ${header.producerEpoch}: sequence ${header.baseSequence} where ${expected} is next`,
  );
}
