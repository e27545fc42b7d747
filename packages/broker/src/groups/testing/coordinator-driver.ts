import { GroupCoordinator } from "../group-coordinator.ts";
import type { Committer, OffsetToCommit } from "../group-offsets.ts";
import type { GroupCoordinatorOptions } from "../group-options.ts";
import type { JoinRequest, JoinResult } from "../group-types.ts";
import type { CommittedOffset } from "../offsets-record.ts";
import { FakeClock } from "./fake-clock.ts";
import { encodeAssignment, type Partitions, protocol } from "./group-driver.ts";
import { OffsetsLogDouble } from "./offsets-log-double.ts";

/** A committer that is no member. */
export const NOBODY: Committer = { memberId: "", groupInstanceId: null, generationId: -1, retentionMs: -1 };

export function toCommit(topic: string, partition: number, offset: bigint): OffsetToCommit {
  return { topic, partition, offset, leaderEpoch: 4, metadata: "note" };
}

/** A coordinator with one offsets partition, a clock that stands still, and a disk that can fail. */
export class CoordinatorDriver {
  readonly clock: FakeClock;
  readonly log: OffsetsLogDouble;
  readonly coordinator: GroupCoordinator;
  readonly warnings: string[] = [];
  /** The connection of every request that does not say otherwise. */
  readonly connection = new AbortController();
  #nextId = 1;

  private constructor(log: OffsetsLogDouble, clock: FakeClock, options: Partial<GroupCoordinatorOptions>) {
    this.log = log;
    this.clock = clock;
    const ignore = (): void => {};
    this.coordinator = new GroupCoordinator({
      offsetsPartitions: 1,
      partitionExists: (topic, partition) => topic !== "unknown" && partition < 10,
      clock,
      uniqueId: () => `id-${this.#nextId++}`,
      logger: {
        debug: ignore,
        info: ignore,
        error: ignore,
        warn: (_fields, message) => this.warnings.push(message),
      },
      ...options,
    });
  }

  static async start(
    options: Partial<GroupCoordinatorOptions> = {},
    log = new OffsetsLogDouble(),
    clock = new FakeClock(),
  ): Promise<CoordinatorDriver> {
    const driver = new CoordinatorDriver(log, clock, options);
    await driver.coordinator.loadPartition(0, log.open);
    return driver;
  }

  /** A new broker over the same log. */
  restart(): Promise<CoordinatorDriver> {
    this.coordinator.close();
    return CoordinatorDriver.start({}, this.log, this.clock);
  }

  join(
    groupId: string,
    request: Partial<JoinRequest> = {},
    signal = this.connection.signal,
  ): Promise<JoinResult> {
    return this.coordinator.join(
      groupId,
      {
        memberId: "",
        groupInstanceId: null,
        clientId: "client",
        clientHost: "/127.0.0.1",
        protocolType: "consumer",
        protocols: [protocol("range", "orders")],
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 30_000,
        requiresKnownMemberId: false,
        supportsSkippingAssignment: true,
        ...request,
      },
      signal,
    );
  }

  /** Syncs as the leader. */
  sync(
    groupId: string,
    { memberId, generationId }: JoinResult,
    assignments: Readonly<Record<string, Partitions>> = {},
  ) {
    const encoded = Object.entries(assignments).map(([id, partitions]) => ({
      memberId: id,
      assignment: encodeAssignment(partitions),
    }));
    const identity = { memberId, generationId, groupInstanceId: null };
    const request = { ...identity, protocolType: null, protocolName: null, assignments: encoded };
    return this.coordinator.sync(groupId, request, this.connection.signal);
  }

  /** A group of one member that owns `orders` 0 and 1. */
  async formGroup(groupId: string): Promise<Committer> {
    const joined = await this.join(groupId);
    await this.sync(groupId, joined, { [joined.memberId]: { orders: [0, 1] } });
    const { memberId, generationId } = joined;
    return { memberId, generationId, groupInstanceId: null, retentionMs: -1 };
  }

  committed(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    const fetched = this.coordinator.offsets.fetch(groupId);
    return fetched.error === "NONE" ? fetched.offsets.get(topic)?.get(partition) : undefined;
  }
}
