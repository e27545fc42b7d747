import { type Reader, WireError, type Writer } from "@letterpress/wire";
import { type AnyApi, apiByKey } from "../apis.ts";
import { type NamedCodec, readTagged, writeNoTagged } from "../schema/tagged-fields.ts";

/** Longer client ids are refused: they are kept per connection and printed in logs and metrics. */
export const CLIENT_ID_BYTES_MAX = 1024;

const NO_FIELDS: ReadonlyMap<number, NamedCodec> = new Map();

/**
 * What stands in front of every request:
 *
 *     int16 apiKey | int16 apiVersion | int32 correlationId       version 0
 *     int16-prefixed nullable clientId                            version 1
 *     tagged fields                                               version 2
 *
 * The client id keeps its int16 length in version 2, so that a broker can read it before it knows the version.
 */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  /** Returned with the response. */
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** A header that was read, with the API it names. */
export interface ReadRequestHeader extends RequestHeader {
  /**
   * The API, or undefined where this build does not know the key: the reader then stands behind the client id.
   * The version may still be one that the API does not support.
   */
  readonly api: AnyApi | undefined;
}

/** Reads a request header in the version that the API key and version imply. Throws `WireError`. */
export function readRequestHeader(reader: Reader): ReadRequestHeader {
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const clientId = readClientId(reader);
  const api = apiByKey(apiKey);
  if (api !== undefined && api.requestHeaderVersion(apiVersion) >= 2) readTagged(reader, NO_FIELDS, {});
  return { apiKey, apiVersion, correlationId, clientId, api };
}

function readClientId(reader: Reader): string | null {
  const length = reader.int16();
  if (length === -1) return null;
  if (length > CLIENT_ID_BYTES_MAX) {
    throw new WireError("TOO_LARGE", `client id of ${length} bytes, ${CLIENT_ID_BYTES_MAX} are allowed`);
  }
  return reader.utf8(length);
}

/** Writes a request header. Throws `WireError` (`TOO_LARGE`) for a client id that is too long. */
export function writeRequestHeader(writer: Writer, header: RequestHeader, headerVersion: number): void {
  writer.int16(header.apiKey);
  writer.int16(header.apiVersion);
  writer.int32(header.correlationId);
  if (headerVersion >= 1) writeClientId(writer, header.clientId);
  if (headerVersion >= 2) writeNoTagged(writer);
}

function writeClientId(writer: Writer, clientId: string | null): void {
  if (clientId === null) {
    writer.int16(-1);
    return;
  }
  const length = Buffer.byteLength(clientId);
  if (length > CLIENT_ID_BYTES_MAX) {
    throw new WireError("TOO_LARGE", `client id of ${length} bytes, ${CLIENT_ID_BYTES_MAX} are allowed`);
  }
  writer.int16(length);
  writer.utf8(clientId);
}

/** Reads a response header, an int32 correlation id and in version 1 tagged fields; gives the correlation id. */
export function readResponseHeader(reader: Reader, headerVersion: number): number {
  const correlationId = reader.int32();
  if (headerVersion >= 1) readTagged(reader, NO_FIELDS, {});
  return correlationId;
}

export function writeResponseHeader(writer: Writer, correlationId: number, headerVersion: number): void {
  writer.int32(correlationId);
  if (headerVersion >= 1) writeNoTagged(writer);
}
