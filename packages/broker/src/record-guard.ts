import type { RecordBatchHeader, RecordCursor } from "@letterpress/wire";

/** Why one record was refused. */
export interface RecordFault {
  /** The record's index in its batch. */
  readonly index: number;
  readonly part: "key" | "value";
  /** A short, stable name for metrics, such as `unknown-schema-id`. */
  readonly reason: string;
  /** What is wrong, where, and what to do; sent to the producer as the record's error message. */
  readonly message: string;
}

/** The batch that is about to be appended; its CRC and header have been checked. */
export interface GuardedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly header: RecordBatchHeader;
  /** The whole batch. It must not be changed or kept. */
  readonly bytes: Buffer;
  /**
   * A cursor in front of the first record. The batch is opened once, however often this is called; what the cursor throws
   * refuses the batch.
   */
  records(): RecordCursor;
}

/**
 * Checks record batches at append. The broker knows nothing of schemas: the server injects a guard that does.
 * One fault rejects the whole batch; every fault is reported.
 */
export interface RecordGuard {
  /** Whether batches of this topic have to be checked at all. Called once per batch: must be cheap. */
  guards(topic: string): boolean;
  /**
   * The faults of the batch; empty when it is fine. Synchronous when all that is needed is at hand.
   *
   * @throws GuardUnavailableError when the schemas cannot be had now: the batch is refused as retriable.
   */
  check(batch: GuardedBatch): readonly RecordFault[] | Promise<readonly RecordFault[]>;
}

/** The guard cannot decide now; producers should try again. */
export class GuardUnavailableError extends Error {
  override readonly name = "GuardUnavailableError";
  readonly retriable = true;
}
