import type { PartitionLog } from "@letterpress/log";
import type { FollowedState } from "../follow/followed-state.ts";
import type { BrokerSession } from "./broker-session.ts";
import type { Clock } from "./clock.ts";
import type { ClusterMetadata } from "./cluster-metadata.ts";
import { leadershipEntry } from "./leadership-state.ts";
import type { Membership } from "./membership.ts";
import type { ChangeResult, MetadataChange } from "./metadata-change.ts";
import { type LedTopic, planLeadership } from "./plan-leadership.ts";

/**
 * For how long the brokers have to stay the same before partitions are moved for balance. While brokers are restarted one
 * after the other, or one fails again and again, nothing is moved that need not be.
 */
const SETTLING_MS = 3_000;

export interface ControllerOptions {
  readonly clock: Clock;
  /** The metadata log, taken over by this broker. */
  readonly log: PartitionLog;
  readonly state: FollowedState;
  readonly metadata: ClusterMetadata;
  readonly membership: Membership;
  readonly topics: () => Iterable<LedTopic>;
  /** The controller cannot write any more. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The one broker that writes the cluster's metadata: it makes the changes that others ask for, one after the other, and
 * gives every partition a leader. The metadata log fences it, like any leader of a partition.
 */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #unsubscribe: () => void;
  #turn: Promise<unknown> = Promise.resolve();
  #isPlanning = false;
  #isClosed = false;
  /** The brokers that were there when leadership was planned last. */
  #brokers: string | undefined;
  #isSettled = false;
  #cancelBalancing = (): void => {};

  /** Resolves when everything that was ever written has been applied, and every partition has a leader. */
  static async start(options: ControllerOptions): Promise<Controller> {
    const { state, log } = options;
    try {
      await state.catchUp();
      state.setLeader(log);
    } catch (error) {
      await log.close();
      throw error;
    }
    const controller = new Controller(options);
    await controller.plan();
    return controller;
  }

  private constructor(options: ControllerOptions) {
    this.#options = options;
    this.#unsubscribe = options.membership.onChange(() => void this.plan());
  }

  /** Makes the change when the key is what it is to be, and gives new partitions their leaders. */
  change({ entry, before }: MetadataChange): Promise<ChangeResult> {
    return this.#inTurn(async (): Promise<ChangeResult> => {
      const { metadata, state } = this.#options;
      const { stateLog } = state;
      const value = metadata.get(entry.key);
      const isExpected = before === null ? value === undefined : value?.equals(before) === true;
      if (!isExpected) return { kind: "conflict", endOffset: stateLog.appliedEnd };
      await stateLog.append([entry]);
      await this.#planNow();
      return { kind: "stored", endOffset: stateLog.appliedEnd };
    }).catch((error: unknown) => ({ kind: "unavailable", reason: String(error) }));
  }

  /** Gives every partition a live leader, and balances what they lead once brokers stay the same. Several calls at a time are answered by one run. */
  async plan(): Promise<void> {
    if (this.#isPlanning || this.#isClosed) return;
    this.#isPlanning = true;
    try {
      await this.#inTurn(() => {
        this.#isPlanning = false;
        return this.#planNow();
      });
    } catch (error) {
      if (!this.#isClosed) this.#options.onFailure(error);
    }
  }

  /** Stops writing and gives the metadata log up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#cancelBalancing();
    await this.#turn;
    this.#options.state.setLeader(undefined);
    await this.#options.log.close();
  }

  async #planNow(): Promise<void> {
    const { membership, metadata, topics, state } = this.#options;
    if (this.#isClosed) return;
    const sessions = membership.sessions();
    this.#settle(sessions);
    const changes = planLeadership(sessions, topics(), metadata.leadership, this.#isSettled);
    await state.stateLog.append(changes.map(({ topicId, leaders }) => leadershipEntry(topicId, leaders)));
  }

  /** Waits with balance until the brokers have stayed the same for a while. */
  #settle(sessions: readonly BrokerSession[]): void {
    const brokers = JSON.stringify(sessions.map(({ session, isStopping }) => [session, isStopping]));
    if (brokers === this.#brokers) return;
    this.#brokers = brokers;
    this.#isSettled = false;
    this.#cancelBalancing();
    this.#cancelBalancing = this.#options.clock.after(SETTLING_MS, () => {
      this.#isSettled = true;
      void this.plan();
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }
}
