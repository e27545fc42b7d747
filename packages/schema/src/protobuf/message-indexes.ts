import type { DescMessage } from "@bufbuild/protobuf";

/** The path of indexes that leads from a file to one of its messages; nested messages count from zero again. */
export function messageIndexesOf(message: DescMessage): number[] {
  const siblings = message.parent?.nestedMessages ?? message.file.messages;
  const index = siblings.findIndex((sibling) => sibling.typeName === message.typeName);
  return message.parent === undefined ? [index] : [...messageIndexesOf(message.parent), index];
}

/**
 * A message-index path as it stands behind the schema id: the count and the indexes as zigzag varints, and the
 * commonest path, the file's first message, as the single byte `00`.
 */
export function encodeMessageIndexes(indexes: readonly number[]): Buffer {
  if (indexes.length === 1 && indexes[0] === 0) return Buffer.of(0);
  const bytes: number[] = [];
  for (const value of [indexes.length, ...indexes]) {
    let rest = value * 2;
    while (rest > 127) {
      bytes.push((rest & 127) | 128);
      rest >>>= 7;
    }
    bytes.push(rest);
  }
  return Buffer.from(bytes);
}
