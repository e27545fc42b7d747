export {
  type Api,
  type ApiDefinition,
  api,
  type RequestInitOf,
  type RequestOf,
  type ResponseInitOf,
  type ResponseOf,
} from "./api.ts";
export { Heartbeat } from "./messages/12-heartbeat.ts";
export { ProtocolError, type ProtocolErrorCode } from "./protocol-error.ts";
export type { Codec } from "./schema/codec.ts";
export type { Field, Infer, Init } from "./schema/field.ts";
export * from "./schema/primitives.ts";
export { struct } from "./schema/struct.ts";
