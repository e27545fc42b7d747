import { Reader, Writer } from "@letterpress/wire";
import type { Api } from "../api.ts";
import { ProtocolError } from "../protocol-error.ts";
import { readResponseHeader, writeRequestHeader, writeResponseHeader } from "./header.ts";

const LENGTH_BYTES = 4;

/**
 * A request as the chunks of one frame, length included; record batches are among them by reference.
 * Throws `ProtocolError` (`UNSUPPORTED_VERSION`, `FIELD_NOT_IN_VERSION`) or `WireError`.
 */
export function encodeRequest<Req, ReqInit, Res, ResInit>(
  api: Api<Req, ReqInit, Res, ResInit>,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: ReqInit,
): Buffer[] {
  const writer = startFrame();
  const header = { apiKey: api.key, apiVersion: version, correlationId, clientId };
  writeRequestHeader(writer, header, api.requestHeaderVersion(version));
  api.writeRequest(version, writer, body);
  return endFrame(writer);
}

/**
 * A response as the chunks of one frame, length included; record batches are among them by reference.
 * Throws like {@link encodeRequest}.
 */
export function encodeResponse<Req, ReqInit, Res, ResInit>(
  api: Api<Req, ReqInit, Res, ResInit>,
  version: number,
  correlationId: number,
  body: ResInit,
): Buffer[] {
  const writer = startFrame();
  writeResponseHeader(writer, correlationId, api.responseHeaderVersion(version));
  api.writeResponse(version, writer, body);
  return endFrame(writer);
}

/**
 * Reads the request that stands behind a header, to the end of its frame.
 * Throws `ProtocolError` (`UNSUPPORTED_VERSION`, `TRAILING_BYTES`) or `WireError`.
 */
export function decodeRequestBody<Req>(
  api: Pick<Api<Req>, "name" | "readRequest">,
  version: number,
  reader: Reader,
): Req {
  const body = api.readRequest(version, reader);
  checkEnd(reader, `${api.name} request, version ${version}`);
  return body;
}

/**
 * Reads a whole response frame, given without its length. Throws `ProtocolError` (`UNSUPPORTED_VERSION`,
 * `TRAILING_BYTES`) or `WireError`.
 */
export function decodeResponse<Req, ReqInit, Res, ResInit>(
  api: Api<Req, ReqInit, Res, ResInit>,
  version: number,
  frame: Buffer,
): { correlationId: number; body: Res } {
  const reader = new Reader(frame);
  const correlationId = readResponseHeader(reader, api.responseHeaderVersion(version));
  const body = api.readResponse(version, reader);
  checkEnd(reader, `${api.name} response, version ${version}`);
  return { correlationId, body };
}

/** The correlation id of a response frame, given without its length; it tells which request is answered. */
export function correlationIdOf(frame: Buffer): number {
  return new Reader(frame).int32();
}

function startFrame(): Writer {
  const writer = new Writer();
  writer.int32(0);
  return writer;
}

/** Puts the length in front, now that it is known. */
function endFrame(writer: Writer): Buffer[] {
  const chunks = writer.chunks();
  chunks[0]!.writeInt32BE(writer.size - LENGTH_BYTES, 0);
  return chunks;
}

function checkEnd(reader: Reader, what: string): void {
  if (reader.remaining === 0) return;
  throw new ProtocolError("TRAILING_BYTES", `${reader.remaining} bytes follow the ${what}`);
}
