import type { LeaseContent, LeaseEntry } from "./lease-store.ts";

/** A broker that takes part, as its session tells the others. */
export interface BrokerSession {
  readonly nodeId: number;
  /** Another one for every start of the process and every time it joins anew. */
  readonly session: string;
  /** The advertised address of the Kafka protocol. */
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** The URL of its registry; null while that is not served. */
  readonly http: string | null;
  /** It is about to go and is to lead nothing any more. */
  readonly isStopping: boolean;
}

const PREFIX = "broker.";
/** The key of the controller's lease. */
export const CONTROLLER_KEY = "controller";

export function sessionKey(nodeId: number): string {
  return PREFIX + nodeId;
}

/** What the session's lease says; the lease adds its owner, which is the session. */
export function sessionContent({ session: _, nodeId: __, ...content }: BrokerSession): LeaseContent {
  return content;
}

/** A lease as observed: who holds it, and what it says. */
export interface ObservedLease {
  readonly owner: string;
  readonly isReleased: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Undefined for what is no lease of ours. */
export function parseLease(text: string): ObservedLease | undefined {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields !== "object" || fields === null) return undefined;
    const { owner, isReleased } = fields as { readonly owner?: unknown; readonly isReleased?: unknown };
    if (typeof owner !== "string") return undefined;
    return { owner, isReleased: isReleased === true, fields: fields as ObservedLease["fields"] };
  } catch {
    return undefined;
  }
}

/** The session that an entry of the bucket holds; undefined for other keys and for one that was released. */
export function parseSession({ key, value }: LeaseEntry): BrokerSession | undefined {
  const nodeId = Number(key.slice(PREFIX.length));
  if (!key.startsWith(PREFIX) || !Number.isSafeInteger(nodeId)) return undefined;
  const lease = parseLease(value);
  if (lease === undefined || lease.isReleased) return undefined;
  const { host, port, rack, http, isStopping } = lease.fields;
  if (typeof host !== "string" || typeof port !== "number") return undefined;
  return {
    nodeId,
    session: lease.owner,
    host,
    port,
    rack: typeof rack === "string" ? rack : null,
    http: typeof http === "string" ? http : null,
    isStopping: isStopping === true,
  };
}
