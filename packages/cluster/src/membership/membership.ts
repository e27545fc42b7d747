import { randomBytes } from "node:crypto";
import { ClusterError } from "../cluster-error.ts";
import { type BrokerSession, sessionContent, sessionKey } from "./broker-session.ts";
import type { Clock } from "./clock.ts";
import { Lease } from "./lease.ts";
import type { LeaseEntry, LeaseStore, LeaseTimes } from "./lease-store.ts";
import { SessionTable } from "./session-table.ts";

/** How often the bucket is read when nothing hints at a change. */
const POLL_MS = 1_000;
/** A hint comes with the write; the replica that is asked may get it a moment later. */
const HINT_DELAYS_MS = [20, 200];
/** How long a first join waits behind the time of a lease for a session of the same id to expire. */
const JOIN_GRACE_MS = 5_000;

/** What a broker tells of itself. */
export type Announcement = Omit<BrokerSession, "session" | "isStopping">;

export interface MembershipOptions {
  readonly announcement: Announcement;
  readonly store: LeaseStore;
  readonly times: LeaseTimes;
  readonly clock: Clock;
}

/** This broker's session and what it sees of the others'. A session that is lost is taken anew as soon as it can be. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #table: SessionTable;
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #announcement: Announcement;
  #own: BrokerSession;
  #formerSession: string | undefined;
  #lease: Lease;
  #cancelPoll: () => void = () => {};
  #cancelHints: (() => void)[] = [];
  #polling: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: MembershipOptions) {
    this.#options = options;
    this.#table = new SessionTable(options.times.ttlMs);
    this.#announcement = options.announcement;
    [this.#own, this.#lease] = this.#newSession(false);
    this.#unsubscribe = options.store.onChange(() => this.#onHint());
  }

  /**
   * Takes this broker's session. One that a process of the same id left behind without releasing it has to expire first.
   *
   * @throws ClusterError `NODE_ID_IN_USE`
   */
  static async join(options: MembershipOptions): Promise<Membership> {
    const membership = new Membership(options);
    const { clock, times, announcement } = options;
    const deadlineMs = clock.now() + times.ttlMs + JOIN_GRACE_MS;
    while (!(await membership.#acquire())) {
      if (clock.now() > deadlineMs) {
        await membership.close();
        throw new ClusterError(
          "NODE_ID_IN_USE",
          `the session of broker ${announcement.nodeId} could not be taken: another process runs under this node id, ` +
            "or NATS has no quorum; give every broker a node id of its own and check the NATS cluster",
        );
      }
      await membership.#observe();
      await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
    }
    await membership.refresh();
    membership.#pollLater();
    return membership;
  }

  /** This broker's session as it is now. */
  get own(): BrokerSession {
    return this.#own;
  }

  /** The session that this process lost last; undefined while it has lost none. */
  get formerSession(): string | undefined {
    return this.#formerSession;
  }

  /** Whether nobody can take this broker for gone. Asks the clock, so it holds after a pause, too. */
  get isHeld(): boolean {
    return this.#lease.isHeld;
  }

  /** The live sessions by ascending node id; this broker's own among them while it is held. */
  sessions(): readonly BrokerSession[] {
    const others = this.#table.sessions().filter(({ nodeId }) => nodeId !== this.#own.nodeId);
    return this.isHeld ? [...others, this.#own].sort((a, b) => a.nodeId - b.nodeId) : others;
  }

  /** The node id of the controller, as far as it is known here. */
  controller(): number | undefined {
    return this.#table.controller();
  }

  /** Whether nobody has renewed this very entry for as long as a lease lasts, as this broker has seen it. */
  isExpired(entry: LeaseEntry): boolean {
    return this.#table.isExpired(entry);
  }

  /** Calls `listener` when a session or the controller has changed, this broker's own session included. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the others where the registry of this broker is served. */
  async announceHttp(http: string): Promise<void> {
    this.#announcement = { ...this.#announcement, http };
    this.#own = { ...this.#own, http };
    await this.#lease.change(sessionContent(this.#own));
  }

  /** Tells the others that this broker is to lead nothing any more. */
  async announceStop(): Promise<void> {
    this.#own = { ...this.#own, isStopping: true };
    await this.#lease.change(sessionContent(this.#own));
    this.#notify();
  }

  /** Reads the bucket now. Failures are left to the next time. */
  refresh(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  /** Stops watching and releases the session, so that the others know at once. */
  async leave(): Promise<void> {
    await this.#stopWatching();
    await this.#lease.release();
  }

  /** Stops watching and renewing; the others find out by the time of the lease. */
  async close(): Promise<void> {
    await this.#stopWatching();
    this.#lease.abandon();
  }

  async #stopWatching(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancelPoll();
    for (const cancel of this.#cancelHints) cancel();
    await this.#polling;
  }

  #newSession(isStopping: boolean): [BrokerSession, Lease] {
    const { store, times, clock } = this.#options;
    const announcement = this.#announcement;
    const session = randomBytes(9).toString("base64url");
    const key = sessionKey(announcement.nodeId);
    const onLost = (): void => this.#onLost();
    const formerOwner = this.#formerSession;
    const isExpired = (entry: LeaseEntry): boolean => this.isExpired(entry);
    const lease = new Lease({ store, key, owner: session, formerOwner, isExpired, times, clock, onLost });
    return [{ ...announcement, session, isStopping }, lease];
  }

  #acquire(): Promise<boolean> {
    return this.#lease.acquire(sessionContent(this.#own));
  }

  /** What was led under the lost session may be led by others by now, so the next one is another session. */
  #onLost(): void {
    if (this.#isClosed) return;
    this.#formerSession = this.#own.session;
    [this.#own, this.#lease] = this.#newSession(this.#own.isStopping);
    this.#notify();
  }

  async #poll(): Promise<void> {
    const isRejoined = !this.#lease.isHeld && !this.#isClosed && (await this.#acquire());
    const hasChanged = await this.#observe();
    if (isRejoined || hasChanged) this.#notify();
  }

  /** Reads the bucket; returns whether the sessions have changed. Who cannot read it takes nobody for gone. */
  async #observe(): Promise<boolean> {
    const { store, clock } = this.#options;
    const entries = await store.entries().catch(() => undefined);
    return entries !== undefined && this.#table.observe(entries, clock.now());
  }

  #pollLater(): void {
    if (this.#isClosed) return;
    this.#cancelPoll = this.#options.clock.after(POLL_MS, () => {
      void this.refresh().then(() => this.#pollLater());
    });
  }

  #onHint(): void {
    if (this.#isClosed) return;
    for (const cancel of this.#cancelHints) cancel();
    const { clock } = this.#options;
    this.#cancelHints = HINT_DELAYS_MS.map((delayMs) => clock.after(delayMs, () => void this.refresh()));
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
