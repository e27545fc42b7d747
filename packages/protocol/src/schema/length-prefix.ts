import { type Reader, WireError, type Writer } from "@letterpress/wire";
import type { Codec } from "./codec.ts";

/**
 * How a variable-length value states its length: -1 stands for null. The compact prefix of flexible versions is
 * the length plus one as an unsigned varint (KIP-482).
 */
interface LengthPrefix {
  readonly bytesMin: number;
  readonly lengthMax: number;
  read(reader: Reader): number;
  write(writer: Writer, length: number): void;
}

export const COMPACT: LengthPrefix = {
  bytesMin: 1,
  lengthMax: 0x7ffffffe,
  read: (reader) => reader.uvarint() - 1,
  write: (writer, length) => writer.uvarint(length + 1),
};

export const INT16: LengthPrefix = {
  bytesMin: 2,
  lengthMax: 0x7fff,
  read: (reader) => reader.int16(),
  write: (writer, length) => writer.int16(length),
};

export const INT32: LengthPrefix = {
  bytesMin: 4,
  lengthMax: 0x7fffffff,
  read: (reader) => reader.int32(),
  write: (writer, length) => writer.int32(length),
};

/** The part of a codec that deals with what follows the length. */
interface Body<Out, In> {
  read(reader: Reader, length: number): Out;
  length(value: In): number;
  write(writer: Writer, value: In): void;
}

/** A value behind a length prefix, with null as length -1 where it is legal. */
export function prefixed<Out, In>(
  kind: string,
  prefix: LengthPrefix,
  nullable: boolean,
  body: Body<Out, In>,
): Codec<Out, In> {
  return {
    bytesMin: prefix.bytesMin,
    read(reader) {
      const length = prefix.read(reader);
      if (length >= 0) return body.read(reader, length);
      if (length === -1 && nullable) return null as Out;
      throw new WireError("MALFORMED", `${kind} of length ${length} at byte ${reader.position}`);
    },
    write(writer, value) {
      if (value === null) {
        if (!nullable) throw new WireError("MALFORMED", `null for a ${kind} that cannot be null`);
        prefix.write(writer, -1);
        return;
      }
      const length = body.length(value);
      if (length > prefix.lengthMax) {
        throw new WireError("TOO_LARGE", `${kind} of length ${length}, ${prefix.lengthMax} is possible`);
      }
      prefix.write(writer, length);
      body.write(writer, value);
    },
  };
}
