import type { SourceLocation } from "@letterpress/schema";

/** One difference in meaning between two schemas. Spelling, order of attributes and white space are none. */
export interface SchemaChange {
  readonly kind: "added" | "removed" | "changed";
  /** The type, field, symbol or value, such as `shop.orders.OrderPlaced.note`. */
  readonly path: string;
  readonly what: string;
  /** What those who read with the new schema see of old records; undefined where nothing changes for them. */
  readonly newReaders: string | undefined;
  /** What those who read with the old schema see of new records; undefined where nothing changes for them. */
  readonly oldReaders: string | undefined;
  /** In the new schema's text, or in the old one's for what has been removed. */
  readonly location: SourceLocation | undefined;
}

export const CANNOT_READ = "cannot read them";
