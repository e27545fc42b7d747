import type { StateEntry } from "@letterpress/log";

/** One key of the metadata to be set, if it still is what it was. */
export interface MetadataChange {
  readonly entry: StateEntry;
  /** What the key has to be for the change to be made; null when it has to be missing. */
  readonly before: Buffer | null;
}

/** How a change ended. */
export type ChangeResult =
  /** Stored; everything before `endOffset` has to be applied to see it. */
  | { readonly kind: "stored"; readonly endOffset: bigint }
  /** The key has another value; everything before `endOffset` has to be applied to see which. */
  | { readonly kind: "conflict"; readonly endOffset: bigint }
  /** The broker that was asked is not the controller, or cannot store anything now. The change may have been made. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** A change as it travels to the controller. */
export function encodeChange({ entry, before }: MetadataChange): Buffer {
  const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null;
  return Buffer.from(
    JSON.stringify({ key: text(entry.key), value: text(entry.value), before: text(before) }),
  );
}

/** Undefined for what is no change. */
export function decodeChange(bytes: Buffer): MetadataChange | undefined {
  const { key, value, before } = parse(bytes);
  if (typeof key !== "string" || !isText(value) || !isText(before)) return undefined;
  const buffer = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
  return { entry: { key: Buffer.from(key), value: buffer(value) }, before: buffer(before) };
}

export function encodeResult(result: ChangeResult): Buffer {
  return Buffer.from(
    JSON.stringify(
      result.kind === "unavailable" ? result : { ...result, endOffset: String(result.endOffset) },
    ),
  );
}

/** What is no result counts as unavailable. */
export function decodeResult(bytes: Buffer): ChangeResult {
  const { kind, endOffset, reason } = parse(bytes);
  if ((kind === "stored" || kind === "conflict") && /^\d{1,18}$/.test(String(endOffset))) {
    return { kind, endOffset: BigInt(String(endOffset)) };
  }
  return { kind: "unavailable", reason: typeof reason === "string" ? reason : "the answer makes no sense" };
}

function isText(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
