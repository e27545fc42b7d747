import { EpochCache, ProducerStates } from "@letterpress/log";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import { Lineage, type LogPlace } from "./lineage.ts";
import { LogIndex } from "./log-index.ts";
import type { MessageHeader } from "./message-header.ts";

/**
 * What is known of a log from the headers of its messages: where it starts and ends, where its batches lie, which
 * epochs began where, and what each idempotent producer wrote last. Built by reading the stream once, kept up by appends.
 */
export class LogContent {
  readonly index = new LogIndex();
  readonly epochs = new EpochCache();
  readonly producers = new ProducerStates();
  #lineage: Lineage | undefined;
  #sequence = 0;

  /** Where the log ends and starts. */
  get place(): LogPlace {
    return this.#lineage?.place ?? new Lineage().place;
  }

  /** The last message taken. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Takes a message found in the stream. Void ones, and what no log has written, change nothing: false for them. */
  visit({ sequence, header, sizeBytes }: StoredMessage): boolean {
    this.#sequence = sequence;
    if (header === undefined) return false;
    this.#lineage ??= Lineage.before(header);
    if (!this.#lineage.accept(header)) return false;
    this.#take(sequence, header, sizeBytes);
    return true;
  }

  /** Takes a message that was appended here: its producer is known already. */
  stored(sequence: number, header: MessageHeader, sizeBytes: number): void {
    this.#sequence = sequence;
    this.#lineage ??= new Lineage();
    this.#lineage.accept(header);
    this.#place(sequence, header, sizeBytes);
  }

  #take(sequence: number, header: MessageHeader, sizeBytes: number): void {
    this.#place(sequence, header, sizeBytes);
    const { producer, baseOffset, lastOffset, maxTimestampMs } = header;
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
