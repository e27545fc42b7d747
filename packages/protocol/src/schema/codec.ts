import type { Reader, Writer } from "@letterpress/wire";

/** The compiled form of a field for one version: it tests no versions any more. */
export interface Codec<Out = unknown, In = Out> {
  read(reader: Reader): Out;
  write(writer: Writer, value: In): void;
  /** The fewest bytes a value can take; array counts are checked against it before anything is allocated. */
  readonly bytesMin: number;
}
