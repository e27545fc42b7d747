import type { LogConfig, LogEngine, PartitionId, StateLogOptions, StateMachine } from "@letterpress/log";
import { LogError } from "@letterpress/log";
import { FollowedState } from "../follow/followed-state.ts";
import { assertImported } from "../import/import-marker.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { streamName } from "../jetstream/partition-stream.ts";
import { retryWhileElecting } from "../jetstream/retry.ts";
import { type PlacementFault, StreamPlacement } from "../jetstream/stream-placement.ts";
import { connectControl, type NatsControl } from "../nats/nats-control.ts";
import type { NatsOptions } from "../nats/nats-options.ts";
import { ReplicaWatch } from "../replicas/replica-watch.ts";
import type { BrokerSession } from "./broker-session.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { ClusterMetadata } from "./cluster-metadata.ts";
import { ControllerSeat } from "./controller-seat.ts";
import type { Leadership } from "./leadership-state.ts";
import { LEASE_TIMES, type LeaseTimes } from "./lease-store.ts";
import { type Announcement, Membership } from "./membership.ts";
import type { MetadataChange } from "./metadata-change.ts";
import { MetadataWriter } from "./metadata-writer.ts";
import { NatsLeaseStore } from "./nats-lease-store.ts";
import type { LedTopic } from "./plan-leadership.ts";

const HAND_OVER_MS = 5_000;
const HAND_OVER_POLL_MS = 20;

/** A broker may be started while NATS elects, after an outage of everything for one. */
const JOIN_TIMEOUT_MS = 30_000;

export interface ClusterMemberOptions {
  readonly nats: NatsOptions;
  /** How many servers keep the leases. */
  readonly replicas: number;
  /** Where the metadata log is taken over when this broker is the controller. */
  readonly engine: LogEngine;
  readonly metadataId: PartitionId;
  readonly metadataConfig: LogConfig;
  readonly announcement: Announcement;
  /** The broker's own state of the cluster's metadata. */
  readonly machine: StateMachine;
  /** Every topic, as `machine` has it. */
  readonly topics: () => Iterable<LedTopic>;
  /** Told of what failed in the background and is tried again. */
  readonly onError: (error: unknown) => void;
  /** Default 15 s, renewed every 3 s. Every broker of a cluster needs the same. */
  readonly times?: LeaseTimes;
  /** Default the process's. */
  readonly clock?: Clock;
}

/** One broker's part in a cluster: its session, who else is there, who leads what, and the way to change metadata. */
export class ClusterMember {
  readonly #options: ClusterMemberOptions;
  readonly #clock: Clock;
  readonly #control: NatsControl;
  readonly #membership: Membership;
  readonly #metadata: ClusterMetadata;
  readonly #state: FollowedState;
  readonly #seat: ControllerSeat;
  readonly #writer: MetadataWriter;
  readonly #placement: StreamPlacement;
  readonly #replicas: ReplicaWatch;
  readonly #followed: FollowedState[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(
    options: ClusterMemberOptions,
    control: NatsControl,
    parts: { membership: Membership; metadata: ClusterMetadata; state: FollowedState; store: NatsLeaseStore },
  ) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#control = control;
    this.#membership = parts.membership;
    this.#metadata = parts.metadata;
    this.#state = parts.state;
    this.#placement = new StreamPlacement(control.api, () => this.#clock.now());
    this.#replicas = new ReplicaWatch({
      api: control.api,
      clock: this.#clock,
      onChange: () => this.#notify(),
      onError: options.onError,
    });
    parts.membership.onChange(() => this.#notify());
    this.#seat = new ControllerSeat({
      ...options,
      ...parts,
      control,
      clock: this.#clock,
      times: options.times ?? LEASE_TIMES,
    });
    this.#writer = new MetadataWriter({ control, clock: this.#clock, seat: this.#seat, state: parts.state });
  }

  /**
   * Takes this broker's session and replays the cluster's metadata. Whether there is a controller yet is another matter.
   *
   * @throws ClusterError; LogError `TIMED_OUT` when JetStream does not answer.
   */
  static async join(options: ClusterMemberOptions): Promise<ClusterMember> {
    const { nats, replicas, announcement, times = LEASE_TIMES, clock = SYSTEM_CLOCK } = options;
    const control = await connectControl(nats);
    let membership: Membership | undefined;
    try {
      const settings = { replicas, ttlMs: times.ttlMs };
      const store = await retryWhileElecting(JOIN_TIMEOUT_MS, () =>
        NatsLeaseStore.open(control.api, control.link, settings),
      );
      membership = await Membership.join({ announcement, store, times, clock });
      // After the session, which an import looks for: of the two, one is always seen.
      assertImported(
        await retryWhileElecting(JOIN_TIMEOUT_MS, () =>
          control.api.streamInfo(streamName(options.metadataId)),
        ),
      );
      let notify = (): void => {};
      const metadata = new ClusterMetadata(options.machine, () => notify());
      const state = await retryWhileElecting(JOIN_TIMEOUT_MS, () =>
        FollowedState.open(control, options.metadataId, metadata, clock),
      );
      const member = new ClusterMember(options, control, { membership, metadata, state, store });
      notify = () => member.#notify();
      return member;
    } catch (error) {
      await membership?.leave();
      await control.close();
      if (!(error instanceof JetStreamError)) throw error;
      throw new LogError("TIMED_OUT", `JetStream cannot be used now: ${error.message}`, { cause: error });
    }
  }

  /** This broker's session. */
  get own(): BrokerSession {
    return this.#membership.own;
  }

  /** The live brokers, this one included while it has its session. */
  sessions(): readonly BrokerSession[] {
    return this.#membership.sessions();
  }

  /** How many servers keep what the cluster keeps for itself. */
  get replicas(): number {
    return this.#options.replicas;
  }

  /**
   * Why so many new partitions, each with so many replicas, cannot be made; undefined when they can.
   *
   * @throws LogError `TIMED_OUT` when JetStream does not answer.
   */
  placementFault(partitions: number, replicas: number): Promise<PlacementFault | undefined> {
    return this.#placement.faultOf(partitions, replicas);
  }

  /** How many replicas of a partition were in sync at the last look; undefined for one that was not there then. */
  replicasInSync(topicId: string, partition: number): number | undefined {
    return this.#replicas.inSync(topicId, partition);
  }

  /** How many of them a recent look proves to be in sync; 0 where there is none. */
  replicasProven(topicId: string, partition: number): number {
    return this.#replicas.proven(topicId, partition);
  }

  /** -1 while there is none. */
  get controllerId(): number {
    return this.#membership.controller() ?? -1;
  }

  /** Who was made the leader, alive or not; undefined while nobody was. */
  leadershipOf(topicId: string, partition: number): Leadership | undefined {
    return this.#metadata.leadership.of(topicId)[partition];
  }

  /** Whether this broker may act as the leader at this very moment. Asks the clock. */
  leads(topicId: string, partition: number): boolean {
    const leadership = this.leadershipOf(topicId, partition);
    return leadership?.session === this.own.session && this.#membership.isHeld;
  }

  /** Whether the log may be taken over by this broker: a partition that it leads, or the metadata by the controller. */
  mayLead({ topicId, partition }: PartitionId): boolean {
    return topicId === this.#options.metadataId.topicId
      ? this.#seat.isElected
      : this.leads(topicId, partition);
  }

  /** Whether this broker is the one that writes metadata. */
  get isController(): boolean {
    return this.#seat.controller !== undefined;
  }

  /** Calls `listener` when brokers, the controller or metadata have changed. Returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Has the controller make a change, and waits until it can be seen here. While there is no controller it is tried
   * again; a change that was asked for twice for that reason may meet itself as a conflict.
   *
   * @throws LogError `TIMED_OUT` when no controller has answered for 25 s. The change may have been made.
   */
  change(change: MetadataChange): Promise<"stored" | "conflict"> {
    return this.#writer.change(change);
  }

  /**
   * Keeps a state up from the log of a partition, whoever leads it. Closed with the member.
   *
   * @throws LogError `TIMED_OUT` when JetStream does not answer.
   */
  async follow(id: PartitionId, machine: StateMachine, options?: StateLogOptions): Promise<FollowedState> {
    try {
      // The stream may just have been made by another broker, and have no leader yet.
      const followed = await retryWhileElecting(JOIN_TIMEOUT_MS, () =>
        FollowedState.open(this.#control, id, machine, this.#clock, options),
      );
      this.#followed.push(followed);
      return followed;
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error;
      throw new LogError("TIMED_OUT", `the log of ${id.topic} cannot be read now`, { cause: error });
    }
  }

  /** Tells the others where the registry of this broker is served. */
  announceHttp(url: string): Promise<void> {
    return this.#membership.announceHttp(url);
  }

  /** Asks the others to lead what this broker leads, and waits until they were made to, for 5 s at most. */
  async handOver(): Promise<void> {
    if (this.sessions().every(({ nodeId, isStopping }) => nodeId === this.own.nodeId || isStopping)) return;
    const { session } = this.own;
    const deadlineMs = this.#clock.now() + HAND_OVER_MS;
    await this.#membership.announceStop();
    while (this.#metadata.leadership.includes(session) && this.#clock.now() < deadlineMs)
      await new Promise<void>((resolve) => this.#clock.after(HAND_OVER_POLL_MS, resolve));
  }

  /** Gives up everything, so that the others need not wait for a lease to end. */
  async leave(): Promise<void> {
    this.#replicas.close();
    await this.#seat.close();
    await this.#membership.leave();
    for (const followed of this.#followed) await followed.close();
    await this.#state.close();
    await this.#control.close();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
