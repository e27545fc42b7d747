import { MetadataConflict, type MetadataLog } from "./metadata-log.ts";

/** How many ids are reserved by one write, as in Apache Kafka. A restart skips what is left of a block. */
const BLOCK_SIZE = 1000n;

/** Gives out producer ids that no producer of this cluster ever had. */
export class ProducerIds {
  readonly #log: MetadataLog;
  #next = 0n;
  #end = 0n;
  #reserving: Promise<void> | undefined;

  constructor(log: MetadataLog) {
    this.#log = log;
  }

  /** A producer id of its own. */
  async allocate(): Promise<bigint> {
    while (this.#next >= this.#end) {
      this.#reserving ??= this.#reserve().finally(() => {
        this.#reserving = undefined;
      });
      await this.#reserving;
    }
    return this.#next++;
  }

  /** Blocks that other brokers have taken meanwhile are theirs; `allocate` tries the next one. */
  async #reserve(): Promise<void> {
    const start = this.#log.state.nextProducerId;
    const before = start === 0n ? null : ({ kind: "producer-ids", next: start } as const);
    try {
      await this.#log.write({ kind: "producer-ids", next: start + BLOCK_SIZE }, before);
    } catch (error) {
      if (error instanceof MetadataConflict && this.#log.state.nextProducerId > start) return;
      throw error;
    }
    this.#next = start;
    this.#end = start + BLOCK_SIZE;
  }
}
