import {
  HEADER_BYTES,
  openRecords,
  type RecordBatchHeader,
  type RecordCursor,
  readBatchHeader,
  verifyBatchCrc,
} from "@letterpress/wire";
import type { ConsumerRecord } from "../record.ts";
import type { PartitionState } from "./partition-state.ts";

/** A transaction that was aborted: its producer's records from an offset on, up to the abort marker. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The type in a control record's key (version int16, type int16) that ends a transaction without effect. */
const ABORT_MARKER = 0;
const CONTROL_TYPE_AT = 2;

/**
 * What one fetch returned of one partition: record batches as they came. They are opened one at a time, when their
 * records are asked for. Control batches, aborted records and records in front of the position are left out.
 */
export class FetchedChunk {
  readonly state: PartitionState;
  /** The state's version when it was fetched. */
  readonly version: number;
  readonly bytes: Buffer;
  readonly highWatermark: bigint;
  /** The offset behind the last record of the chunk. */
  readonly nextOffset: bigint;
  readonly #startOffset: bigint;
  readonly #aborted: AbortedTransaction[];
  readonly #abortedProducers = new Set<bigint>();
  #records: readonly ConsumerRecord[] = [];
  #index = 0;
  #at = 0;
  #header: RecordBatchHeader | undefined;
  #cursor: RecordCursor | undefined;

  /** `aborted` is null when uncommitted records were asked for. */
  constructor(
    state: PartitionState,
    bytes: Buffer,
    highWatermark: bigint,
    aborted: readonly AbortedTransaction[] | null,
  ) {
    this.state = state;
    this.version = state.version;
    this.bytes = bytes;
    this.highWatermark = highWatermark;
    this.#startOffset = state.fetchOffset;
    this.#aborted = (aborted ?? []).toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
    this.nextOffset = endOffset(bytes) ?? state.fetchOffset;
  }

  /** Whether its records are still wanted. */
  get isCurrent(): boolean {
    return this.version === this.state.version;
  }

  /** Whether its records may be given out now. */
  get isDeliverable(): boolean {
    const { state } = this;
    return this.version === state.version && !state.isPaused && !state.isRevoking;
  }

  /** The next record, decoding up to `decodeMax` at once; undefined at the end. Throws `WireError`. */
  next(decodeMax: number): ConsumerRecord | undefined {
    if (this.#index === this.#records.length) {
      this.#records = this.#decode(decodeMax);
      this.#index = 0;
    }
    return this.#records[this.#index++];
  }

  /** The next records, at most `countMax`; empty at the end. Throws `WireError`. */
  take(countMax: number): readonly ConsumerRecord[] {
    const decoded = this.#records.slice(this.#index);
    this.#records = [];
    this.#index = 0;
    return decoded.length > 0 ? decoded : this.#decode(countMax);
  }

  #decode(countMax: number): ConsumerRecord[] {
    const records: ConsumerRecord[] = [];
    const { topic, partition } = this.state;
    while (records.length < countMax) {
      const cursor = this.#cursor ?? this.#nextBatch();
      if (cursor === undefined) break;
      const { baseOffset, timestampType, maxTimestampMs, baseTimestampMs } = this.#header!;
      const isAppendTime = timestampType === "log-append";
      const skipped = Number(this.#startOffset - baseOffset);
      while (records.length < countMax) {
        if (!cursor.next()) {
          this.#cursor = undefined;
          break;
        }
        if (cursor.offsetDelta < skipped) continue;
        records.push({
          topic,
          partition,
          offset: baseOffset + BigInt(cursor.offsetDelta),
          timestampMs: isAppendTime ? maxTimestampMs : baseTimestampMs + cursor.timestampDelta,
          key: cursor.key(),
          value: cursor.value(),
          headers: cursor.headers(),
        });
      }
    }
    return records;
  }

  /** Moves to the next batch whose records are for consumers. A broker may cut the last batch short. */
  #nextBatch(): RecordCursor | undefined {
    const { bytes } = this;
    while (this.#at + HEADER_BYTES <= bytes.length) {
      const at = this.#at;
      const header = readBatchHeader(bytes, at);
      if (at + header.sizeBytes > bytes.length) break;
      this.#at += header.sizeBytes;
      if (header.lastOffset < this.#startOffset) continue;
      verifyBatchCrc(bytes, header, at);
      if (this.#isHidden(header, at)) continue;
      this.#header = header;
      this.#cursor = openRecords(bytes, header, at);
      return this.#cursor;
    }
    return undefined;
  }

  #isHidden(header: RecordBatchHeader, at: number): boolean {
    for (let first = this.#aborted[0]; first !== undefined; first = this.#aborted[0]) {
      if (first.firstOffset > header.lastOffset) break;
      this.#abortedProducers.add(first.producerId);
      this.#aborted.shift();
    }
    if (header.isControl) {
      const cursor = openRecords(this.bytes, header, at);
      const key = cursor.next() ? cursor.key() : null;
      const isAbort = key !== null && key.length >= 4 && key.readInt16BE(CONTROL_TYPE_AT) === ABORT_MARKER;
      if (isAbort) this.#abortedProducers.delete(header.producerId);
      return true;
    }
    return header.isTransactional && this.#abortedProducers.has(header.producerId);
  }
}

/** The offset behind the last whole batch; undefined when there is none. */
function endOffset(bytes: Buffer): bigint | undefined {
  let end: bigint | undefined;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const { sizeBytes, lastOffset } = readBatchHeader(bytes, at);
    if (at + sizeBytes > bytes.length) break;
    end = lastOffset + 1n;
    at += sizeBytes;
  }
  return end;
}
