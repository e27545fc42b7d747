/**
 * One 64-bit integer seen as two 32-bit words: varints are taken apart and put together in words, so that a BigInt
 * is made once per long, not once per byte.
 */
export const LONG = new BigInt64Array(1);
export const WORDS = new Int32Array(LONG.buffer);

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
export const LOW = isLittleEndian ? 0 : 1;
export const HIGH = 1 - LOW;

export const TWO_32 = 2 ** 32;
