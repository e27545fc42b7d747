import { Reader, Writer } from "@letterpress/wire";
import { APIS } from "../apis.ts";
import type { Field } from "../schema/field.ts";

/** One message of one API in one version, with its codec. */
export interface MessageVersion {
  readonly label: string;
  readonly version: number;
  readonly field: Field;
  read(bytes: Buffer): { value: unknown; remainingBytes: number };
  write(value: unknown): Buffer;
}

/** The requests and responses of every API in every version. */
export function everyMessage(): MessageVersion[] {
  return APIS.flatMap((api) =>
    versionsOf(api.versions).flatMap((version) => [
      messageVersion(
        `${api.name}Request ${version}`,
        version,
        api.request,
        api.readRequest,
        api.writeRequest,
      ),
      messageVersion(
        `${api.name}Response ${version}`,
        version,
        api.response,
        api.readResponse,
        api.writeResponse,
      ),
    ]),
  );
}

function versionsOf([first, last]: readonly [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function messageVersion(
  label: string,
  version: number,
  field: Field,
  read: (version: number, reader: Reader) => unknown,
  write: (version: number, writer: Writer, value: unknown) => void,
): MessageVersion {
  return {
    label,
    version,
    field,
    read(bytes) {
      const reader = new Reader(bytes);
      const value = read(version, reader);
      return { value, remainingBytes: reader.remaining };
    },
    write(value) {
      const writer = new Writer();
      write(version, writer, value);
      return writer.toBuffer();
    },
  };
}
