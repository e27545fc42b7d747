import type { LetterpressError } from "../letterpress-error.ts";
import type { RecordMetadata } from "../record.ts";

/** Where one batch, or a part of it, was stored. */
export interface Stored {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the batch's first record; -1 when it is not known. */
  readonly baseOffset: bigint;
  readonly logAppendTimeMs: number;
}

/** What one call of `send` or `sendBatch` waits for. */
export interface Delivery {
  /** `count` records of the call, from `index` on, are stored from `position` in the batch on. */
  stored(index: number, count: number, position: number, stored: Stored): void;
  /** Records of the call are lost. */
  failed(error: LetterpressError): void;
}

export function metadataAt(stored: Stored, position: number): RecordMetadata {
  const { topic, partition, baseOffset, logAppendTimeMs } = stored;
  const offset = baseOffset < 0n ? -1n : baseOffset + BigInt(position);
  return { topic, partition, offset, logAppendTimeMs };
}

/** A single record. */
export class RecordDelivery implements Delivery {
  readonly #resolve: (metadata: RecordMetadata) => void;
  readonly failed: (error: LetterpressError) => void;

  constructor(resolve: (metadata: RecordMetadata) => void, reject: (error: LetterpressError) => void) {
    this.#resolve = resolve;
    this.failed = reject;
  }

  stored(_index: number, _count: number, position: number, stored: Stored): void {
    this.#resolve(metadataAt(stored, position));
  }
}

/** The records of one `sendBatch`: settled when the last one is, or when one fails. */
export class BatchDelivery implements Delivery {
  readonly #metadata: RecordMetadata[];
  #open: number;
  readonly #resolve: (metadata: RecordMetadata[]) => void;
  readonly failed: (error: LetterpressError) => void;

  constructor(
    count: number,
    resolve: (metadata: RecordMetadata[]) => void,
    reject: (error: LetterpressError) => void,
  ) {
    this.#metadata = new Array(count);
    this.#open = count;
    this.#resolve = resolve;
    this.failed = reject;
  }

  stored(index: number, count: number, position: number, stored: Stored): void {
    for (let step = 0; step < count; step++) {
      this.#metadata[index + step] = metadataAt(stored, position + step);
    }
    this.#open -= count;
    if (this.#open === 0) this.#resolve(this.#metadata);
  }
}
