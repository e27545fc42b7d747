export { Reader } from "./reader.ts";
export * from "./record-batch/header.ts";
export { WireError, type WireErrorCode } from "./wire-error.ts";
export { Writer } from "./writer.ts";
