/** The key of an entry of the `_schemas` topic. */
export type LogKey =
  | { readonly keytype: "SCHEMA"; readonly subject: string; readonly version: number }
  | { readonly keytype: "CONFIG" | "MODE" | "CLEAR_SUBJECT"; readonly subject: string | null }
  | { readonly keytype: "DELETE_SUBJECT"; readonly subject: string }
  | { readonly keytype: "CONTEXT"; readonly tenant: string; readonly context: string }
  | { readonly keytype: "NOOP" };

/**
 * The bytes of a key, as Confluent writes them. A log is compacted by these bytes, so the order of the members is
 * part of the format.
 */
export function encodeLogKey(key: LogKey): Buffer {
  switch (key.keytype) {
    case "SCHEMA":
      return json({ keytype: key.keytype, subject: key.subject, version: key.version, magic: 1 });
    case "CONTEXT":
      return json({ keytype: key.keytype, tenant: key.tenant, context: key.context, magic: 0 });
    case "NOOP":
      return json({ keytype: key.keytype, magic: 0 });
    default:
      return json({ keytype: key.keytype, subject: key.subject, magic: 0 });
  }
}

/** The key in these bytes, whatever the order of its members; undefined for keys that mean nothing here. */
export function decodeLogKey(bytes: Buffer): LogKey | undefined {
  const value = parseJsonObject(bytes);
  if (value === undefined) return undefined;
  const { keytype, subject, version, tenant, context } = value;
  switch (keytype) {
    case "SCHEMA":
      if (typeof subject !== "string" || !isVersion(version)) return undefined;
      return { keytype, subject, version };
    case "CONFIG":
    case "MODE":
    case "CLEAR_SUBJECT":
      // Newer registries leave a null subject out.
      if (subject !== null && subject !== undefined && typeof subject !== "string") return undefined;
      return { keytype, subject: subject ?? null };
    case "DELETE_SUBJECT":
      return typeof subject === "string" ? { keytype, subject } : undefined;
    case "CONTEXT":
      if (typeof tenant !== "string" || typeof context !== "string") return undefined;
      return { keytype, tenant, context };
    case "NOOP":
      return { keytype };
    default:
      return undefined;
  }
}

/** A JSON object's members; undefined for anything else. */
export function parseJsonObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 0x7fffffff;
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
