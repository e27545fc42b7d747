import type { ProducerSnapshot } from "@letterpress/log";
import { ClusterError } from "../cluster-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { retryWhileElecting } from "../jetstream/retry.ts";
import { LogContent } from "../log/log-content.ts";
import { type SourceBatch, type SourceLog, sourceBatches } from "./source-batches.ts";

const MESSAGES_MAX = 512;
const READ_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

export interface VerifyOptions {
  readonly stream: PartitionStream;
  /** The messages of the stream, first and last, both included. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly source: SourceLog;
  readonly signal: AbortSignal;
  /** Told of every batch that is the same, in bytes. */
  readonly onVerified: (bytes: number) => void;
}

/**
 * Reads a stream as a broker will and compares it with the log that it is a copy of: every batch byte by byte, where the
 * log starts and ends, and what is known of its producers.
 *
 * @throws ClusterError `IMPORT_MISMATCH`; LogError what reading the log throws; JetStreamError
 */
export async function verifyCopy(options: VerifyOptions): Promise<void> {
  const { stream, source, lastSequence, signal } = options;
  const content = new LogContent();
  const expected = new BatchQueue(source);
  for (let sequence = options.firstSequence; sequence <= lastSequence; ) {
    signal.throwIfAborted();
    const count = Math.min(MESSAGES_MAX, lastSequence - sequence + 1);
    const messages = await retryWhileElecting(TIMEOUT_MS, () =>
      stream.reader.read(sequence, count, READ_BYTES),
    );
    for (const message of messages) {
      if (!content.visit(message) || message.header?.kind !== "data") continue;
      // Deleted from the folder since it was copied.
      if (message.header.lastOffset < Number(source.startOffset)) continue;
      const batch = expected.take() ?? (await expected.read());
      if (batch === undefined || !batch.bytes.equals(message.data)) {
        throw mismatch(stream, `the batch at offset ${message.header.baseOffset} is another one`);
      }
      options.onVerified(batch.bytes.length);
    }
    sequence = messages.at(-1)!.sequence + 1;
  }
  const missing = expected.take() ?? (await expected.read());
  if (missing !== undefined) throw mismatch(stream, `offset ${missing.header.baseOffset} is missing`);
  const { startOffset, endOffset } = content.place;
  if (BigInt(startOffset) !== source.startOffset || BigInt(endOffset) !== source.endOffset) {
    throw mismatch(
      stream,
      `it has offsets ${startOffset} to ${endOffset}, the folder ${source.startOffset} to ${source.endOffset}`,
    );
  }
  const copied = new Map(content.producers.snapshots().map((each) => [each.producerId, each]));
  for (const producer of source.producers()) {
    if (isSameProducer(producer, copied.get(producer.producerId))) continue;
    throw mismatch(stream, `producer ${producer.producerId} is known otherwise`);
  }
}

/** The batches of a log one by one; most of them without waiting. */
class BatchQueue {
  readonly #pieces: AsyncGenerator<readonly SourceBatch[]>;
  #piece: readonly SourceBatch[] = [];
  #at = 0;

  constructor(source: SourceLog) {
    this.#pieces = sourceBatches(source);
  }

  /** The next one; undefined when it has to be read first. */
  take(): SourceBatch | undefined {
    return this.#piece[this.#at++];
  }

  /** Reads on and gives the next one; undefined at the end of the log. */
  async read(): Promise<SourceBatch | undefined> {
    const { value } = await this.#pieces.next();
    this.#piece = value ?? [];
    this.#at = 0;
    return this.take();
  }
}

/** The stream may know more batches of a producer: those that the log has forgotten, but whose records it still has. */
function isSameProducer(source: ProducerSnapshot, copy: ProducerSnapshot | undefined): boolean {
  const known = source.batches.length;
  if (known === 0) return true;
  if (copy === undefined || copy.producerEpoch !== source.producerEpoch) return false;
  const copied = copy.batches.slice(-known);
  return source.batches.every(({ baseSequence, lastSequence, baseOffset }, index) => {
    const other = copied[index];
    return (
      other?.baseSequence === baseSequence &&
      other.lastSequence === lastSequence &&
      other.baseOffset === baseOffset
    );
  });
}

function mismatch(stream: PartitionStream, what: string): ClusterError {
  const { topic, partition } = stream.id;
  return new ClusterError(
    "IMPORT_MISMATCH",
    `${topic}-${partition} in the cluster is not what the folder holds: ${what}; the folder has changed since the ` +
      "import began, or NATS has lost data: restart the import",
  );
}
