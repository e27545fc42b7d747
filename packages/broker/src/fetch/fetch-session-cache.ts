import { randomInt } from "node:crypto";
import { BrokerError } from "../broker-error.ts";
import { FetchSession } from "./fetch-session.ts";
import type { FetchResult, FetchTarget } from "./fetch-target.ts";

/** A session that was used within this time keeps its slot (`min.incremental.fetch.session.eviction.ms`). */
const EVICTION_MS_MIN = 120_000;
const PARTITIONS_MAX = 20_000;
/** Of all sessions together. */
const PARTITIONS_TOTAL_MAX = 200_000;
const SESSION_ID_MAX = 0x7fff_ffff;
const OPEN_EPOCH = 0;
const FINAL_EPOCH = -1;

/** The part of a fetch request that is about sessions. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly usesTopicIds: boolean;
  readonly targets: readonly FetchTarget[];
  readonly forgotten: readonly Pick<FetchTarget, "topic" | "topicId" | "partition">[];
}

/** What one request fetches, and what of it goes into the response. */
export interface FetchPlan {
  /** 0 without a session. */
  readonly sessionId: number;
  readonly targets: readonly FetchTarget[];
  select(results: readonly FetchResult[]): readonly FetchResult[];
}

/** The incremental fetch sessions of a broker, the least recently used first. */
export class FetchSessionCache {
  readonly #slots: number;
  readonly #now: () => number;
  readonly #sessions = new Map<number, { readonly session: FetchSession; usedMs: number }>();
  #partitionCount = 0;

  /** `now` gives milliseconds of any clock that never goes backwards. */
  constructor(slots: number, now: () => number) {
    this.#slots = slots;
    this.#now = now;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Finds, opens or closes the request's session.
   *
   * @throws BrokerError `FETCH_SESSION_ID_NOT_FOUND`, `INVALID_FETCH_SESSION_EPOCH`, `FETCH_SESSION_TOPIC_ID_ERROR`:
   *   the client then starts over with a full fetch.
   */
  plan(request: SessionRequest): FetchPlan {
    const { sessionId, sessionEpoch, targets } = request;
    if (sessionEpoch === FINAL_EPOCH || sessionEpoch === OPEN_EPOCH) {
      this.#remove(sessionId);
      const session = sessionEpoch === OPEN_EPOCH ? this.#open(request) : undefined;
      return { sessionId: session?.id ?? 0, targets, select: (results) => tellAll(session, results) };
    }
    return this.#continue(request);
  }

  #continue(request: SessionRequest): FetchPlan {
    const { sessionId, sessionEpoch, usesTopicIds, targets, forgotten } = request;
    const entry = this.#sessions.get(sessionId);
    if (entry === undefined) {
      throw new BrokerError("FETCH_SESSION_ID_NOT_FOUND", `there is no fetch session ${sessionId}`);
    }
    const { session } = entry;
    if (session.usesTopicIds !== usesTopicIds) {
      throw new BrokerError(
        "FETCH_SESSION_TOPIC_ID_ERROR",
        "a session names topics by name or by id, not by both",
      );
    }
    if (session.nextEpoch !== sessionEpoch) {
      throw new BrokerError(
        "INVALID_FETCH_SESSION_EPOCH",
        `fetch session ${sessionId} expects epoch ${session.nextEpoch}, not ${sessionEpoch}`,
      );
    }
    this.#partitionCount -= session.size;
    session.update(targets, forgotten);
    this.#partitionCount += session.size;
    if (session.size > PARTITIONS_MAX || this.#partitionCount > PARTITIONS_TOTAL_MAX) {
      this.#remove(sessionId);
      throw new BrokerError(
        "FETCH_SESSION_ID_NOT_FOUND",
        `a session holds at most ${PARTITIONS_MAX} partitions, all together ${PARTITIONS_TOTAL_MAX}`,
      );
    }
    session.advance();
    this.#touch(session);
    return { sessionId, targets: session.targets(), select: (results) => session.select(results) };
  }

  /** A new session; undefined when there is no room for one, and the client goes without. */
  #open(request: SessionRequest): FetchSession | undefined {
    const { length } = request.targets;
    if (length === 0 || length > PARTITIONS_MAX) return undefined;
    while (this.#sessions.size >= this.#slots || this.#partitionCount + length > PARTITIONS_TOTAL_MAX) {
      if (!this.#evict()) return undefined;
    }
    let id = randomInt(1, SESSION_ID_MAX);
    while (this.#sessions.has(id)) id = randomInt(1, SESSION_ID_MAX);
    const session = new FetchSession(id, request.usesTopicIds);
    session.update(request.targets, []);
    this.#partitionCount += session.size;
    this.#touch(session);
    return session;
  }

  #evict(): boolean {
    const oldest = this.#sessions.entries().next().value;
    if (oldest === undefined || this.#now() - oldest[1].usedMs < EVICTION_MS_MIN) return false;
    this.#remove(oldest[0]);
    return true;
  }

  #remove(sessionId: number): void {
    this.#partitionCount -= this.#sessions.get(sessionId)?.session.size ?? 0;
    this.#sessions.delete(sessionId);
  }

  #touch(session: FetchSession): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, { session, usedMs: this.#now() });
  }
}

/** A full fetch is answered for every partition; the session remembers what was told. */
function tellAll(session: FetchSession | undefined, results: readonly FetchResult[]): readonly FetchResult[] {
  session?.select(results);
  return results;
}
