import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from "../consumer/list-offsets.ts";

/** Where to look for offsets: an end of the log, or the first record at or after a time. */
export type OffsetSpec = "earliest" | "latest" | Date;

export function timestampOf(spec: OffsetSpec): bigint {
  if (spec === "earliest") return EARLIEST_TIMESTAMP;
  return spec === "latest" ? LATEST_TIMESTAMP : BigInt(spec.getTime());
}
