import {
  ATTRIBUTES_AT,
  batchSizeAt,
  type RecordBatchHeader,
  readBatchHeader,
  verifyBatchCrc,
  type WireError,
} from "@letterpress/wire";
import { BrokerError, type RecordError } from "../broker-error.ts";
import type { TopicConfig } from "../config/topic-config.ts";
import { OpenBatch, type RecordRules } from "./open-batch.ts";

/** The codecs record batches may use: none, gzip, snappy, lz4, zstd. */
const COMPRESSION_ID_MAX = 4;
const RECORD_ERRORS_MAX = 1000;

/**
 * Checks what a producer wants appended: exactly one whole batch of magic 2 with a right CRC, within the topic's limits. That
 * its records are what its header says is checked by the first walk over them. Compressed records are opened for that only
 * on compacted topics, whose records need keys, and where timestamps are limited downwards.
 *
 * @throws BrokerError `CORRUPT_MESSAGE`, `INVALID_RECORD`, `MESSAGE_TOO_LARGE`, `INVALID_TIMESTAMP`,
 *   `UNSUPPORTED_COMPRESSION_TYPE`, `UNSUPPORTED_FOR_MESSAGE_FORMAT`, `INVALID_TXN_STATE`; WireError, for
 *   {@link fromWireError}.
 */
export function openBatch(batch: Buffer, config: TopicConfig, nowMs: number): OpenBatch {
  const header = checkFrame(batch, config);
  checkHeader(batch, header);
  const rules = recordRules(header, config, nowMs);
  // The topic's own rules for records; that compressed ones contradict their header is found where they are opened anyway.
  const isNeeded = header.compression === 0 || rules.needsKeys || rules.earliestMs > 0;
  return new OpenBatch(header, batch, rules, isNeeded);
}

function checkFrame(batch: Buffer, config: TopicConfig): RecordBatchHeader {
  const limit = config["max.message.bytes"];
  const sizeBytes = batchSizeAt(batch, 0);
  if (sizeBytes !== undefined && sizeBytes > limit) {
    throw new BrokerError(
      "MESSAGE_TOO_LARGE",
      `record batch of ${sizeBytes} bytes; max.message.bytes allows ${limit}`,
    );
  }
  const header = readBatchHeader(batch);
  verifyBatchCrc(batch, header);
  if (header.sizeBytes !== batch.length) {
    throw new BrokerError(
      "INVALID_RECORD",
      "a produce request carries exactly one record batch per partition",
    );
  }
  return header;
}

function checkHeader(batch: Buffer, header: RecordBatchHeader): void {
  const { recordCount, producerId, producerEpoch, baseSequence, compression } = header;
  if (recordCount === 0) throw new BrokerError("INVALID_RECORD", "the record batch is empty");
  if (header.lastOffset - header.baseOffset !== BigInt(recordCount - 1)) {
    throw new BrokerError(
      "INVALID_RECORD",
      "the record count and the last offset delta contradict each other",
    );
  }
  if (header.isControl) throw new BrokerError("INVALID_RECORD", "clients cannot write control batches");
  if (header.isTransactional) {
    throw new BrokerError("INVALID_TXN_STATE", "transactions are not supported by this build");
  }
  if (header.timestampType === "log-append") {
    throw new BrokerError("INVALID_TIMESTAMP", "only the broker may mark a batch with its append time");
  }
  if (compression > COMPRESSION_ID_MAX) {
    throw new BrokerError(
      "UNSUPPORTED_COMPRESSION_TYPE",
      `compression codec ${compression} (attributes ${batch.readInt16BE(ATTRIBUTES_AT)}) is unknown`,
    );
  }
  const isIdempotent = producerId >= 0n;
  // Without a producer id the sequence has no meaning: kafkajs leaves it at 0.
  if (isIdempotent ? producerEpoch < 0 || baseSequence < 0 : producerId !== -1n) {
    throw new BrokerError(
      "INVALID_RECORD",
      `producer id ${producerId}, epoch ${producerEpoch} and sequence ${baseSequence} contradict each other`,
    );
  }
}

interface TopicRules extends RecordRules {
  readonly needsKeys: boolean;
  /** Records from before are refused; 0 or less for any. */
  readonly earliestMs: number;
}

function recordRules(header: RecordBatchHeader, config: TopicConfig, nowMs: number): TopicRules {
  const needsKeys = config["cleanup.policy"].includes("compact");
  const isCreateTime = config["message.timestamp.type"] === "CreateTime";
  const earliestMs = isCreateTime
    ? nowMs - config["message.timestamp.before.max.ms"]
    : Number.NEGATIVE_INFINITY;
  const latestMs = isCreateTime ? nowMs + config["message.timestamp.after.max.ms"] : Number.POSITIVE_INFINITY;
  if (header.maxTimestampMs > latestMs) throw timestampError(header.maxTimestampMs, earliestMs, latestMs);

  const keyless = new Set<number>();
  return {
    needsKeys,
    earliestMs,
    check(cursor) {
      const index = cursor.count - 1;
      if (cursor.offsetDelta !== index) {
        throw new BrokerError("INVALID_RECORD", `record ${index} has offset delta ${cursor.offsetDelta}`);
      }
      const timestampMs = header.baseTimestampMs + cursor.timestampDelta;
      if (timestampMs > latestMs || (timestampMs < earliestMs && timestampMs >= 0)) {
        throw timestampError(timestampMs, earliestMs, latestMs, index);
      }
      if (needsKeys && cursor.keyStart < 0 && keyless.size < RECORD_ERRORS_MAX) keyless.add(index);
    },
    end(recordCount) {
      if (recordCount !== header.recordCount) {
        throw new BrokerError(
          "INVALID_RECORD",
          `the batch states ${header.recordCount} records and holds ${recordCount}`,
        );
      }
      if (keyless.size > 0) throw keylessError(keyless);
    },
  };
}

function keylessError(keyless: ReadonlySet<number>): BrokerError {
  const message = "a compacted topic needs a key in every record";
  const recordErrors = [...keyless].map((index): RecordError => ({ index, message }));
  return new BrokerError("INVALID_RECORD", `${keyless.size} records have no key; the topic is compacted`, {
    recordErrors,
  });
}

function timestampError(
  timestampMs: number,
  earliestMs: number,
  latestMs: number,
  index?: number,
): BrokerError {
  const message = `timestamp ${timestampMs} is outside ${earliestMs} to ${latestMs}`;
  return new BrokerError("INVALID_TIMESTAMP", message, {
    recordErrors: index === undefined ? [] : [{ index, message }],
  });
}

/** What a batch is refused with that cannot be read. */
export function fromWireError(error: WireError): BrokerError {
  const options = { cause: error };
  switch (error.code) {
    case "CRC_MISMATCH":
    case "TRUNCATED":
      return new BrokerError("CORRUPT_MESSAGE", error.message, options);
    case "UNSUPPORTED":
      return new BrokerError("UNSUPPORTED_FOR_MESSAGE_FORMAT", error.message, options);
    case "TOO_LARGE":
      return new BrokerError("MESSAGE_TOO_LARGE", error.message, options);
    case "MALFORMED":
      return new BrokerError("INVALID_RECORD", error.message, options);
  }
}
