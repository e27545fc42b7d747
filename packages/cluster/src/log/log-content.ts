import { EpochCache, ProducerStates } from "@letterpress/log";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import type { CleanedPrefix } from "./cleaned-prefix.ts";
import { Lineage, type LogPlace } from "./lineage.ts";
import { type Chunk, LogIndex } from "./log-index.ts";
import type { MessageHeader } from "./message-header.ts";

/**
 * What is known of a log from the headers of its messages: where it starts and ends, where its batches lie, which
 * epochs began where, and what each idempotent producer wrote last. Built by reading the stream once, kept up by appends.
 */
export class LogContent {
  /** Where batches lie in the log's own stream. */
  readonly index = new LogIndex();
  readonly epochs: EpochCache;
  readonly producers: ProducerStates;
  #prefix: CleanedPrefix | undefined;
  #lineage: Lineage | undefined;
  #sequence = 0;

  /** @param prefix the compacted front, whose epochs and producers go on here. Default none. */
  constructor(prefix?: CleanedPrefix) {
    this.#prefix = prefix;
    this.epochs = prefix?.content.epochs ?? new EpochCache();
    this.producers = prefix?.content.producers ?? new ProducerStates();
  }

  /** Where the log ends and starts. */
  get place(): LogPlace {
    return this.#lineage?.place ?? new Lineage().place;
  }

  /** The last message taken or passed over. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The compacted front that reads have to use; it may lag behind the one that `place` names. */
  get prefix(): CleanedPrefix | undefined {
    return this.#prefix;
  }

  /** All runs of batches, those of the compacted front first. */
  get chunks(): readonly Chunk[] {
    const { chunks } = this.index;
    return this.#prefix === undefined ? chunks : [...this.#prefix.content.index.chunks, ...chunks];
  }

  get sizeBytes(): number {
    return this.index.sizeBytes + (this.#prefix?.content.index.sizeBytes ?? 0);
  }

  /** Takes a message found in the stream. Void ones, and what no log has written, change nothing: false for them. */
  visit({ sequence, header, sizeBytes }: StoredMessage): boolean {
    if (header === undefined) return false;
    this.#lineage ??= Lineage.before(header);
    if (!this.#lineage.accept(header)) return false;
    this.#sequence = sequence;
    this.#take(sequence, header, sizeBytes);
    return true;
  }

  passOver(sequence: number): void {
    this.#sequence = sequence;
  }

  /** Takes a message that was appended here: its producer is known already. */
  stored(sequence: number, header: MessageHeader, sizeBytes: number): void {
    this.#sequence = sequence;
    this.#lineage ??= new Lineage();
    this.#lineage.accept(header);
    this.#place(sequence, header, sizeBytes);
  }

  /** From now on `prefix` stands for everything before its end. Returns how many bytes that frees. */
  adopt(prefix: CleanedPrefix): number {
    const before = this.sizeBytes;
    this.#prefix = prefix;
    this.index.trim(prefix.endOffset);
    this.trim(this.place.startOffset);
    return before - this.sizeBytes;
  }

  /** Drops the chunks that end at or before `offset`, and the compacted front if it does. Returns the bytes freed. */
  trim(offset: number): number {
    const freed = this.index.trim(offset) + (this.#prefix?.content.index.trim(offset) ?? 0);
    if (this.#prefix !== undefined && offset >= this.#prefix.endOffset) this.#prefix = undefined;
    return freed;
  }

  #take(sequence: number, header: MessageHeader, sizeBytes: number): void {
    const { producer, baseOffset, lastOffset, maxTimestampMs } = header;
    // What has not been purged yet is known from the compacted front, which stands for it.
    const takesOffsets = lastOffset >= baseOffset;
    if (takesOffsets && this.#prefix !== undefined && lastOffset < this.#prefix.endOffset) return;
    this.#place(sequence, header, sizeBytes);
    if (producer === undefined) return;
    this.producers.record({
      producerId: producer.id,
      producerEpoch: producer.epoch,
      baseSequence: producer.baseSequence,
      baseOffset: BigInt(baseOffset),
      lastOffset: BigInt(lastOffset),
      maxTimestampMs,
      isControl: false,
    });
  }

  #place(sequence: number, header: MessageHeader, sizeBytes: number): void {
    this.epochs.assign(header.leaderEpoch, header.baseOffset);
    if (header.kind === "data") this.index.append(sequence, header, sizeBytes);
  }
}
