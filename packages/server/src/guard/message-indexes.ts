const PATH_LENGTH_MAX = 64;

/** A path to a Protobuf message, and where the bytes behind it begin. */
export interface MessageIndexPath {
  readonly indexes: readonly number[];
  readonly end: number;
}

/**
 * Reads the path that stands before a Protobuf payload: a zigzag varint count, then as many zigzag varint indexes;
 * the single byte `00` is the path of the first message, `[0]`. Undefined for bytes that are no path.
 */
export function readMessageIndexes(buffer: Buffer, start: number, end: number): MessageIndexPath | undefined {
  const position = { at: start };
  const count = readIndex(buffer, position, end);
  if (count === undefined || count > PATH_LENGTH_MAX) return undefined;
  if (count === 0) return { indexes: [0], end: position.at };
  const indexes: number[] = [];
  for (let read = 0; read < count; read++) {
    const index = readIndex(buffer, position, end);
    if (index === undefined) return undefined;
    indexes.push(index);
  }
  return { indexes, end: position.at };
}

/** A zigzag varint that is not negative and at most 2^30. */
function readIndex(buffer: Buffer, position: { at: number }, end: number): number | undefined {
  let raw = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (position.at >= end) return undefined;
    const byte = buffer[position.at++]!;
    raw += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return raw % 2 === 0 && raw < 0x8000_0000 ? raw / 2 : undefined;
  }
  return undefined;
}
