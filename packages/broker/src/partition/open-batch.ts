import { decompress, HEADER_BYTES, type RecordBatchHeader, RecordCursor } from "@letterpress/wire";
import { freeMemory } from "../free-memory.ts";

/** What every record of a batch is held against while somebody walks over them. */
export interface RecordRules {
  /** @throws BrokerError for the record that the cursor is at. */
  check(cursor: RecordCursor): void;
  /** Called behind the last record. Throws BrokerError for what is wrong with all of them together. */
  end(recordCount: number): void;
}

/**
 * A batch whose records are opened once, however often they are walked over, and held against its rules by the first who
 * walks to their end: mostly the guard, so that its walk is the only one.
 */
export class OpenBatch {
  readonly header: RecordBatchHeader;
  readonly bytes: Buffer;
  /** Undefined once all records have been held against them. */
  #rules: RecordRules | undefined;
  readonly #isNeeded: boolean;
  /** The decompressed records; undefined for a plain batch, and until somebody asks. */
  #decompressed: Buffer | undefined;

  /** @param isNeeded whether {@link finish} has to hold the records against the rules where nobody else has. */
  constructor(header: RecordBatchHeader, bytes: Buffer, rules: RecordRules, isNeeded: boolean) {
    this.header = header;
    this.bytes = bytes;
    this.#rules = rules;
    this.#isNeeded = isNeeded;
  }

  /**
   * A cursor in front of the first record.
   *
   * @throws WireError when the records cannot be opened; so does the cursor, and BrokerError for what breaks the rules.
   */
  records(): RecordCursor {
    const { compression, sizeBytes } = this.header;
    let records = this.bytes;
    let [start, end] = [HEADER_BYTES, sizeBytes];
    if (compression !== 0) {
      records = this.#decompressed ??= decompress(compression, this.bytes.subarray(HEADER_BYTES, sizeBytes));
      [start, end] = [0, records.length];
    }
    if (this.#rules === undefined) return new RecordCursor(records, start, end);
    return new RuledCursor(records, start, end, this.#rules, () => {
      this.#rules = undefined;
    });
  }

  /** Holds the records against the rules where nobody has walked over all of them. Throws what {@link records} throws. */
  finish(): void {
    if (this.#rules === undefined || !this.#isNeeded) return;
    const cursor = this.records();
    while (cursor.next()) {
      // The cursor itself checks.
    }
  }

  /**
   * Frees the decompressed records; cursors over them end here. Left to the garbage collector they cost several times
   * what decompressing costs: the system takes the pages back and gives others out.
   */
  close(): void {
    const decompressed = this.#decompressed;
    this.#decompressed = undefined;
    if (decompressed !== undefined) freeMemory(decompressed);
  }
}

class RuledCursor extends RecordCursor {
  readonly #rules: RecordRules;
  readonly #ended: () => void;

  constructor(buffer: Buffer, start: number, end: number, rules: RecordRules, ended: () => void) {
    super(buffer, start, end);
    this.#rules = rules;
    this.#ended = ended;
  }

  override next(): boolean {
    if (super.next()) {
      this.#rules.check(this);
      return true;
    }
    this.#rules.end(this.count);
    this.#ended();
    return false;
  }
}
