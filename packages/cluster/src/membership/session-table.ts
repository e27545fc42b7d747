import { type BrokerSession, CONTROLLER_KEY, parseLease, parseSession } from "./broker-session.ts";
import type { LeaseEntry } from "./lease-store.ts";

interface Seen {
  readonly revision: number;
  /** When this revision was seen for the first time. */
  readonly sinceMs: number;
  readonly entry: LeaseEntry;
  /** Whether a renewal is still to be expected. */
  isAlive: boolean;
}

/** How many times of a lease a key that is gone is remembered, so that a replica that lags does not bring it back. */
const LEASES_REMEMBERED = 4;

/**
 * Which sessions are alive, as this process has seen them. Pure: told what the bucket holds and when.
 *
 * A session is gone when its lease was released, or when no new renewal of it has shown for as long as a lease lasts. That
 * an answer leaves it out means nothing: a replica that is cut off expires keys by its own clock. Nor does it mean anything
 * that an answer still has it: servers take up to twice the time to remove a key. The holder stops itself earlier than
 * anybody here takes it for gone.
 */
export class SessionTable {
  readonly #ttlMs: number;
  readonly #seen = new Map<string, Seen>();
  #fingerprint = "[]";

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** Takes in what the bucket holds; returns whether anything but times has changed. */
  observe(entries: readonly LeaseEntry[], nowMs: number): boolean {
    for (const entry of entries) {
      const seen = this.#seen.get(entry.key);
      if (seen === undefined || entry.revision > seen.revision) {
        this.#seen.set(entry.key, { revision: entry.revision, sinceMs: nowMs, entry, isAlive: true });
      }
    }
    for (const [key, seen] of this.#seen) {
      const ageMs = nowMs - seen.sinceMs;
      seen.isAlive = ageMs < this.#ttlMs;
      if (ageMs >= this.#ttlMs * LEASES_REMEMBERED) this.#forget(key, entries);
    }
    const fingerprint = JSON.stringify([this.sessions(), this.controller()]);
    const hasChanged = fingerprint !== this.#fingerprint;
    this.#fingerprint = fingerprint;
    return hasChanged;
  }

  /** Whether nobody has renewed this very entry for as long as a lease lasts, so that its key can be taken. */
  isExpired({ key, revision }: LeaseEntry): boolean {
    const seen = this.#seen.get(key);
    return seen !== undefined && !seen.isAlive && seen.revision === revision;
  }

  /** The live sessions by ascending node id. */
  sessions(): readonly BrokerSession[] {
    return [...this.#seen.values()]
      .flatMap(({ entry, isAlive }) => (isAlive ? (parseSession(entry) ?? []) : []))
      .sort((a, b) => a.nodeId - b.nodeId);
  }

  /** The node id of the controller; undefined while nobody holds its lease. */
  controller(): number | undefined {
    const seen = this.#seen.get(CONTROLLER_KEY);
    const lease = seen?.isAlive === true ? parseLease(seen.entry.value) : undefined;
    if (lease === undefined || lease.isReleased) return undefined;
    const { nodeId } = lease.fields;
    return typeof nodeId === "number" ? nodeId : undefined;
  }

  #forget(key: string, entries: readonly LeaseEntry[]): void {
    if (!entries.some((entry) => entry.key === key)) this.#seen.delete(key);
  }
}
