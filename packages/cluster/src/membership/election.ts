import { CONTROLLER_KEY } from "./broker-session.ts";
import type { Clock } from "./clock.ts";
import { Lease } from "./lease.ts";
import type { LeaseStore, LeaseTimes } from "./lease-store.ts";
import type { Membership } from "./membership.ts";

const TRY_MS = 1_000;

export interface ElectionOptions {
  readonly membership: Membership;
  readonly store: LeaseStore;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  /** The lease was taken. */
  readonly onElected: () => void;
  /** The lease, or this broker's session, was lost. */
  readonly onDeposed: () => void;
}

/** Tries for the controller's lease for as long as this broker has its session and is not about to stop. */
export class Election {
  readonly #options: ElectionOptions;
  readonly #unsubscribe: () => void;
  #lease: Lease | undefined;
  #cancel: () => void = () => {};
  #trying: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#unsubscribe = options.membership.onChange(() => this.#onChange());
    this.#try();
  }

  /** Whether this broker is the controller. Asks the clock. */
  get isHeld(): boolean {
    return this.#lease?.isHeld === true && this.#options.membership.isHeld;
  }

  /** Stops trying and gives the lease to whoever wants it. */
  async resign(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancel();
    await this.#trying;
    await this.#lease?.release();
    this.#lease = undefined;
  }

  #onChange(): void {
    if (!this.#options.membership.isHeld) this.#depose();
    else if (this.#options.membership.controller() === undefined) this.#try();
  }

  #try(): void {
    if (this.#isClosed || this.#trying !== undefined) return;
    this.#cancel();
    this.#trying = this.#run().finally(() => {
      this.#trying = undefined;
      if (!this.#isClosed) this.#cancel = this.#options.clock.after(TRY_MS, () => this.#try());
    });
  }

  async #run(): Promise<void> {
    const { membership, store, times, clock, onElected } = this.#options;
    if (this.#lease !== undefined || !membership.isHeld || membership.own.isStopping) return;
    const { session, nodeId } = membership.own;
    const onLost = (): void => this.#depose();
    const lease = new Lease({
      store,
      key: CONTROLLER_KEY,
      owner: session,
      formerOwner: membership.formerSession,
      isExpired: (entry) => membership.isExpired(entry),
      times,
      clock,
      onLost,
    });
    if (!(await lease.acquire({ nodeId }))) return;
    if (this.#isClosed) {
      await lease.release();
      return;
    }
    this.#lease = lease;
    onElected();
  }

  #depose(): void {
    if (this.#lease === undefined) return;
    this.#lease.abandon();
    this.#lease = undefined;
    this.#options.onDeposed();
  }
}
