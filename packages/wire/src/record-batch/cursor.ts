import { WireError } from "../wire-error.ts";
import type { RecordHeader } from "./record.ts";

const HEADERS_MAX = 1_000_000;
const NO_HEADERS: readonly RecordHeader[] = Object.freeze([]);

/**
 * Walks the records of an opened batch without building anything: `next` moves to a record, whose parts are then
 * positions in `buffer`. Null keys and values have start -1.
 *
 * Each record is: length varint, attributes int8, timestamp delta varlong, offset delta varint, key (length varint,
 * -1 for null), value (the same), header count varint, then per header a key and a value like those.
 */
export class RecordCursor {
  readonly buffer: Buffer;
  timestampDelta = 0;
  offsetDelta = 0;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  headerCount = 0;
  /** How many records lie behind the cursor, the current one included. */
  count = 0;
  readonly #end: number;
  #position: number;
  #headersAt = 0;
  #recordEnd = 0;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.buffer = buffer;
    this.#position = start;
    this.#end = end;
  }

  /**
   * Moves to the next record; false at the end.
   *
   * @throws WireError `TRUNCATED` or `MALFORMED` when lengths and bytes disagree.
   */
  next(): boolean {
    if (this.#position === this.#end) return false;
    const length = this.#varint();
    const recordEnd = this.#position + length;
    if (length < 0 || recordEnd > this.#end) {
      throw new WireError(
        "TRUNCATED",
        `record ${this.count} states ${length} bytes, ${this.#end - this.#position} are left`,
      );
    }
    this.#recordEnd = recordEnd;
    this.#position++;
    this.timestampDelta = this.#varlong();
    this.offsetDelta = this.#varint();

    let size = this.#varint();
    this.keyStart = size < 0 ? -1 : this.#position;
    if (size > 0) this.#position += size;
    this.keyEnd = this.#position;

    size = this.#varint();
    this.valueStart = size < 0 ? -1 : this.#position;
    if (size > 0) this.#position += size;
    this.valueEnd = this.#position;

    this.headerCount = this.#varint();
    this.#headersAt = this.#position;
    if (this.headerCount !== 0) this.#skipHeaders();
    if (this.#position !== recordEnd) {
      throw new WireError("MALFORMED", `record ${this.count} states ${length} bytes and takes others`);
    }
    this.count++;
    return true;
  }

  key(): Buffer | null {
    return this.keyStart < 0 ? null : this.buffer.subarray(this.keyStart, this.keyEnd);
  }

  value(): Buffer | null {
    return this.valueStart < 0 ? null : this.buffer.subarray(this.valueStart, this.valueEnd);
  }

  /** The headers of the current record; they are parsed only here. */
  headers(): readonly RecordHeader[] {
    if (this.headerCount === 0) return NO_HEADERS;
    const behind = this.#position;
    this.#position = this.#headersAt;
    const headers: RecordHeader[] = [];
    for (let index = 0; index < this.headerCount; index++) {
      const keyBytes = this.#varint();
      const keyAt = this.#position;
      this.#position += keyBytes;
      const key = this.buffer.toString("utf8", keyAt, this.#position);
      const valueBytes = this.#varint();
      const valueAt = this.#position;
      if (valueBytes > 0) this.#position += valueBytes;
      headers.push({ key, value: valueBytes < 0 ? null : this.buffer.subarray(valueAt, this.#position) });
    }
    this.#position = behind;
    return headers;
  }

  #skipHeaders(): void {
    const { headerCount } = this;
    // A header takes at least two bytes: an empty key and a null value.
    if (headerCount < 0 || headerCount > HEADERS_MAX || headerCount * 2 > this.#recordEnd - this.#position) {
      throw new WireError("MALFORMED", `record ${this.count} states ${headerCount} headers`);
    }
    for (let index = 0; index < headerCount; index++) {
      const keyBytes = this.#varint();
      if (keyBytes < 0) throw new WireError("MALFORMED", `record ${this.count} has a header without a key`);
      this.#position += keyBytes;
      const valueBytes = this.#varint();
      if (valueBytes > 0) this.#position += valueBytes;
    }
  }

  #varint(): number {
    const { buffer } = this;
    let at = this.#position;
    let byte = at < this.#end ? buffer[at]! : this.#truncated();
    at++;
    let raw = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = at < this.#end ? buffer[at]! : this.#truncated();
      at++;
      if (shift === 28 && byte > 0x0f)
        throw new WireError("MALFORMED", `varint at byte ${at} is longer than 32 bits`);
      raw |= (byte & 0x7f) << shift;
    }
    this.#position = at;
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A 64-bit zigzag varint as a double; it must be a safe integer. */
  #varlong(): number {
    const { buffer } = this;
    let at = this.#position;
    let raw = 0;
    let scale = 1;
    for (let count = 0; count < 8; count++) {
      const byte = at < this.#end ? buffer[at]! : this.#truncated();
      at++;
      raw += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte >= 0x80) continue;
      if (raw > Number.MAX_SAFE_INTEGER) break;
      this.#position = at;
      return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
    throw new WireError("MALFORMED", `timestamp delta of record ${this.count} is out of range`);
  }

  #truncated(): never {
    throw new WireError("TRUNCATED", `record ${this.count} ends after its batch`);
  }
}
