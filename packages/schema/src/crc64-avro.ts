/*
 * CRC-64-AVRO, as the Avro specification gives it: the Rabin fingerprint with the constant EMPTY as polynomial and
 * start. It is kept in two 32-bit halves, since a BigInt per byte would cost an allocation per byte.
 */
const EMPTY_HIGH = 0xc15d213a | 0;
const EMPTY_LOW = 0xa4d7a795 | 0;
const TABLE = makeTable();

/** The eight bytes of a fingerprint, lowest first: the order in which Avro's single-object encoding has them. */
export function crc64Avro(bytes: Uint8Array): Buffer {
  let high = EMPTY_HIGH;
  let low = EMPTY_LOW;
  for (const byte of bytes) {
    const index = 2 * ((low ^ byte) & 0xff);
    low = ((low >>> 8) | (high << 24)) ^ TABLE[index + 1]!;
    high = (high >>> 8) ^ TABLE[index]!;
  }
  const fingerprint = Buffer.alloc(8);
  fingerprint.writeInt32LE(low, 0);
  fingerprint.writeInt32LE(high, 4);
  return fingerprint;
}

/** The high and the low half for each byte in turn. */
function makeTable(): Int32Array {
  const table = new Int32Array(512);
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const mask = -(low & 1);
      low = ((low >>> 1) | (high << 31)) ^ (EMPTY_LOW & mask);
      high = (high >>> 1) ^ (EMPTY_HIGH & mask);
    }
    table[2 * byte] = high;
    table[2 * byte + 1] = low;
  }
  return table;
}
