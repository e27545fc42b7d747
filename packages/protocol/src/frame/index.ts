export type { Frame, FreeMemory } from "./frame.ts";
export { FRAME_BYTES_MAX_DEFAULT, FrameDecoder, UNAUTHENTICATED_FRAME_BYTES_MAX } from "./frame-decoder.ts";
export {
  CLIENT_ID_BYTES_MAX,
  type ReadRequestHeader,
  type RequestHeader,
  readRequestHeader,
  readResponseHeader,
  writeRequestHeader,
  writeResponseHeader,
} from "./header.ts";
export {
  correlationIdOf,
  decodeRequestBody,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from "./message-frame.ts";
