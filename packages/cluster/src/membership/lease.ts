import { parseLease } from "./broker-session.ts";
import type { Clock } from "./clock.ts";
import type { LeaseContent, LeaseEntry, LeaseStore, LeaseTimes } from "./lease-store.ts";

const RETRY_MS = 500;

export interface LeaseOptions {
  readonly store: LeaseStore;
  readonly key: string;
  /** Unique to this holder: it is how a holder knows a value for its own. */
  readonly owner: string;
  /**
   * Who this process was when it lost the lease. What that one held can be taken at once: nobody else acts for it.
   * Default: nobody.
   */
  readonly formerOwner?: string | undefined;
  /** Whether an entry counts as nobody's although it is still there. Default: never. */
  readonly isExpired?: (entry: LeaseEntry) => boolean;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  /** Called once for every time the lease was acquired, when it is lost; not when it is released. */
  readonly onLost: () => void;
}

/**
 * A key that one holder keeps alive. It counts as held for the time of a lease since the last successful renewal was
 * sent, less a margin: by then nobody else can have it yet, however late the answer or this process runs.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #content: LeaseContent = {};
  #revision = 0;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #isAcquired = false;
  #cancelRenewal: () => void = () => {};
  #cancelEnd: () => void = () => {};
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Asks the clock: also true to a process that was paused and has not run any timer yet. */
  get isHeld(): boolean {
    return this.#isAcquired && this.#options.clock.now() < this.#heldUntilMs;
  }

  /** Takes the lease when nobody has it. False also when that could not be found out. */
  async acquire(content: LeaseContent): Promise<boolean> {
    if (this.#isAcquired) return this.isHeld;
    this.#content = content;
    try {
      const entry = (await this.#options.store.entries()).find(({ key }) => key === this.#options.key);
      const lease = entry === undefined ? undefined : parseLease(entry.value);
      const { owner, formerOwner } = this.#options;
      const isTaken =
        entry !== undefined && lease !== undefined && !lease.isReleased && !this.#isExpired(entry);
      if (isTaken && lease.owner !== owner && lease.owner !== formerOwner) return false;
      this.#revision = entry?.revision ?? 0;
      this.#isAcquired = await this.#put();
    } catch {
      return false;
    }
    if (this.#isAcquired) this.#renewAfter(this.#options.times.renewMs);
    return this.#isAcquired;
  }

  #isExpired(entry: LeaseEntry): boolean {
    return this.#options.isExpired?.(entry) === true;
  }

  /** Replaces what the lease says. False when that is not certain; the next renewal says it then. */
  async change(content: LeaseContent): Promise<boolean> {
    this.#content = content;
    return this.#renew();
  }

  /** Lets go, so that the next one need not wait for the end of the lease. */
  async release(): Promise<void> {
    if (!this.#isAcquired) return;
    this.#stop();
    await this.#writing;
    const { store, key, owner } = this.#options;
    // Nobody is harmed when this fails: the key expires.
    await store.put(key, JSON.stringify({ owner, isReleased: true }), this.#revision).catch(() => undefined);
  }

  /** Stops renewing without a word, as a crash does. */
  abandon(): void {
    this.#stop();
  }

  /** A renewal that failed is tried again soon: every moment counts until the lease ends. */
  #renewAfter(delayMs: number): void {
    const { clock, times } = this.#options;
    this.#cancelRenewal = clock.after(delayMs, () => {
      void this.#renew().then((isRenewed) => {
        if (this.#isAcquired) this.#renewAfter(isRenewed ? times.renewMs : Math.min(RETRY_MS, times.renewMs));
      });
    });
  }

  /** Renewals and changes go one after the other, as each needs the revision of the one before. */
  #renew(): Promise<boolean> {
    const turn = this.#writing.then(async () => {
      if (!this.#isAcquired) return false;
      try {
        return (await this.#put()) || (await this.#reconcile());
      } catch {
        return false;
      }
    });
    this.#writing = turn;
    return turn;
  }

  async #put(): Promise<boolean> {
    const { store, key, owner, clock, times } = this.#options;
    const sentMs = clock.now();
    const revision = await store.put(key, JSON.stringify({ ...this.#content, owner }), this.#revision);
    if (revision === undefined) return false;
    this.#revision = revision;
    this.#heldUntilMs = sentMs + times.ttlMs - times.marginMs;
    this.#endLater();
    return true;
  }

  #endLater(): void {
    const { clock } = this.#options;
    this.#cancelEnd();
    this.#cancelEnd = clock.after(Math.ceil(this.#heldUntilMs - clock.now()), () => this.#end());
  }

  /** A refused renewal may follow one of our own that was stored without our hearing of it. */
  async #reconcile(): Promise<boolean> {
    const { store, key, owner } = this.#options;
    const entry = (await store.entries()).find((each) => each.key === key);
    if (entry === undefined || parseLease(entry.value)?.owner !== owner) {
      // A replica that lags may not show it yet; when it really is lost, its time runs out.
      return false;
    }
    this.#revision = entry.revision;
    return this.#put();
  }

  #end(): void {
    if (!this.#isAcquired) return;
    if (this.isHeld) {
      // Timers run up to a millisecond early by this clock. Left alone, the lease would be neither held nor lost.
      this.#endLater();
      return;
    }
    this.#stop();
    this.#options.onLost();
  }

  #stop(): void {
    this.#isAcquired = false;
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    this.#cancelRenewal();
    this.#cancelEnd();
  }
}
