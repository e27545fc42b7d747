/** Why a key or value is refused; the guard adds which record's. */
export interface PartFault {
  readonly reason: PartFaultReason;
  readonly message: string;
}

/** The reasons, as metrics name them. */
export type PartFaultReason =
  | "invalid-framing"
  | "unknown-schema-id"
  | "schema-not-registered"
  | "unusable-schema"
  | "invalid-message-index"
  | "invalid-payload";

/** What the registry may know a moment later, when it runs elsewhere. */
export function mayBeNews(reason: string): boolean {
  return reason === "unknown-schema-id" || reason === "schema-not-registered";
}
