import { LogError } from "@letterpress/log";
import { type RecordBatchHeader, readBatchHeader, WireError } from "@letterpress/wire";

/** The caller has checked CRC and records; this keeps a mistake of its from ever being stored. */
export function readWholeBatch(batch: Buffer): RecordBatchHeader {
  try {
    const header = readBatchHeader(batch);
    if (header.sizeBytes === batch.length) return header;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  throw new LogError("CORRUPT", `${batch.length} bytes were given to append that are not one record batch`);
}

/** Why a batch cannot be stored as a message. */
export function tooLargeError(batchBytes: number, batchBytesMax: number): LogError {
  return new LogError(
    "BATCH_TOO_LARGE",
    `a batch of ${batchBytes} bytes does not fit a message of NATS: at most ${batchBytesMax}; raise max_payload`,
  );
}
