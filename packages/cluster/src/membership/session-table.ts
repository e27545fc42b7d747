import { type BrokerSession, CONTROLLER_KEY, parseLease, parseSession } from "./broker-session.ts";
import type { LeaseEntry } from "./lease-store.ts";

interface Seen {
  readonly revision: number;
  /** When this revision was seen for the first time. */
  readonly sinceMs: number;
  readonly entry: LeaseEntry;
}

/**
 * Which sessions are alive, as this process has seen them. Pure: told what the bucket holds and when.
 *
 * A session is gone when its lease was released, or when no new renewal of it has shown for as long as a lease lasts. That
 * an answer leaves it out means nothing: a replica that is cut off expires keys by its own clock. The holder stops itself
 * earlier than anybody here takes it for gone.
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
        this.#seen.set(entry.key, { revision: entry.revision, sinceMs: nowMs, entry });
      }
    }
    for (const [key, { sinceMs }] of this.#seen) {
      if (nowMs - sinceMs >= this.#ttlMs) this.#seen.delete(key);
    }
    const fingerprint = JSON.stringify([this.sessions(), this.controller()]);
    const hasChanged = fingerprint !== this.#fingerprint;
    this.#fingerprint = fingerprint;
    return hasChanged;
  }

  /** The live sessions by ascending node id. */
  sessions(): readonly BrokerSession[] {
    return [...this.#seen.values()]
      .flatMap(({ entry }) => parseSession(entry) ?? [])
      .sort((a, b) => a.nodeId - b.nodeId);
  }

  /** The node id of the controller; undefined while nobody holds its lease. */
  controller(): number | undefined {
    const text = this.#seen.get(CONTROLLER_KEY)?.entry.value;
    const lease = text === undefined ? undefined : parseLease(text);
    if (lease === undefined || lease.isReleased) return undefined;
    const { nodeId } = lease.fields;
    return typeof nodeId === "number" ? nodeId : undefined;
  }
}
