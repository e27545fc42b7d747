import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from "@letterpress/protocol";
import { Group } from "../group.ts";
import type { GroupError } from "../group-error.ts";
import type {
  GroupEffect,
  GroupLimits,
  GroupSnapshot,
  JoinRequest,
  JoinResult,
  MemberProtocol,
  SyncResult,
} from "../group-types.ts";

export const TEST_LIMITS: GroupLimits = {
  sessionTimeoutMsMin: 1000,
  sessionTimeoutMsMax: 60_000,
  initialRebalanceDelayMs: 0,
  membersMax: 100,
};

/** The partitions of one member, by topic. */
export type Partitions = Readonly<Record<string, readonly number[]>>;

export function encodeAssignment(partitions: Partitions): Buffer {
  const assignedPartitions = Object.entries(partitions).map(([topic, list]) => ({ topic, partitions: list }));
  return ConsumerProtocolAssignment.write({ assignedPartitions });
}

export function protocol(name: string, ...topics: string[]): MemberProtocol {
  return { name, metadata: ConsumerProtocolSubscription.write({ topics }, 0) };
}

type Stored = Extract<GroupEffect, { type: "persist" }>;

/** Drives one group by hand: simulated time, storage that answers at once unless it is held, answers kept by request. */
export class GroupDriver {
  group: Group;
  nowMs = 1_000_000;
  /** Hold what is to be stored, until {@link store} is called. */
  holdsStorage = false;
  readonly stored: GroupSnapshot[] = [];
  readonly refusals: string[] = [];
  readonly #joins = new Map<number, JoinResult>();
  readonly #syncs = new Map<number, SyncResult>();
  readonly #held: Stored[] = [];
  readonly #open = new Set<number>();
  readonly #limits: GroupLimits;
  #nextRequestId = 1;

  constructor(limits: Partial<GroupLimits> = {}, restored?: GroupSnapshot) {
    this.#limits = { ...TEST_LIMITS, ...limits };
    this.group = this.#groupOf(restored);
  }

  /** The broker stops and starts again: what was stored is there, connections and what was not stored are gone. */
  restart(): void {
    this.#held.length = 0;
    this.#open.clear();
    this.group = this.#groupOf(this.stored.at(-1));
  }

  join(request: Partial<JoinRequest> = {}): number {
    const requestId = this.#newRequest();
    this.group.join(
      {
        requestId,
        memberId: "",
        groupInstanceId: null,
        clientId: "client",
        clientHost: "/127.0.0.1",
        protocolType: "consumer",
        protocols: [protocol("range", "orders")],
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 30_000,
        requiresKnownMemberId: true,
        supportsSkippingAssignment: true,
        newMemberId: `m-${requestId}`,
        ...request,
      },
      this.nowMs,
    );
    this.#settle();
    return requestId;
  }

  sync(
    memberId: string,
    generationId: number,
    assignments: Readonly<Record<string, Partitions>> = {},
    change: { groupInstanceId?: string; protocolType?: string; protocolName?: string } = {},
  ): number {
    const encoded = Object.entries(assignments).map(([id, partitions]) => ({
      memberId: id,
      assignment: encodeAssignment(partitions),
    }));
    return this.syncRaw(memberId, generationId, encoded, change);
  }

  syncRaw(
    memberId: string,
    generationId: number,
    assignments: readonly { memberId: string; assignment: Buffer }[],
    change: { groupInstanceId?: string; protocolType?: string; protocolName?: string } = {},
  ): number {
    const requestId = this.#newRequest();
    const identity = { memberId, groupInstanceId: null, protocolType: null, protocolName: null, ...change };
    this.group.sync({ requestId, generationId, assignments, ...identity }, this.nowMs);
    this.#settle();
    return requestId;
  }

  heartbeat(memberId: string, generationId: number, groupInstanceId: string | null = null): GroupError {
    return this.group.heartbeat({ memberId, groupInstanceId }, generationId, this.nowMs);
  }

  commit(memberId: string, generationId: number, groupInstanceId: string | null = null): GroupError {
    return this.group.commit({ memberId, groupInstanceId }, generationId, this.nowMs);
  }

  leave(...memberIds: string[]): GroupError[] {
    const leaving = memberIds.map((memberId) => ({ memberId, groupInstanceId: null }));
    const results = this.group.leave(leaving, this.nowMs);
    this.#settle();
    return results.map(({ error }) => error);
  }

  leaveInstance(groupInstanceId: string, memberId = ""): GroupError[] {
    const results = this.group.leave([{ memberId, groupInstanceId }], this.nowMs);
    this.#settle();
    return results.map(({ error }) => error);
  }

  disconnect(requestId: number): void {
    this.#open.delete(requestId);
    this.group.abandon(requestId, this.nowMs);
    this.#settle();
  }

  /** Lets time pass, stopping at every deadline on the way. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const deadlineMs = this.group.nextDeadlineMs();
      if (deadlineMs === undefined || deadlineMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, deadlineMs);
      this.group.tick(this.nowMs);
      this.#settle();
    }
    this.nowMs = endMs;
  }

  /** The storage answers everything it holds. */
  store(error: GroupError = "NONE"): void {
    for (const { ticket, snapshot } of this.#held.splice(0)) {
      if (error === "NONE") this.stored.push(snapshot);
      this.group.persisted(ticket, error, this.nowMs);
    }
    this.#settle();
  }

  /** The answer to a join; undefined while it is parked. */
  joined(requestId: number): JoinResult | undefined {
    return this.#joins.get(requestId);
  }

  synced(requestId: number): SyncResult | undefined {
    return this.#syncs.get(requestId);
  }

  /** The requests that are still parked, and whose connections still stand. */
  unanswered(): number[] {
    return [...this.#open];
  }

  /** Members that join at once and are all in the next generation; the first leads. Returns its generation. */
  formGroup(...memberIds: string[]): number {
    const requests: number[] = [];
    for (const memberId of memberIds) {
      this.join({ newMemberId: memberId });
      requests.push(this.join({ memberId }));
      for (const earlier of memberIds.slice(0, memberIds.indexOf(memberId))) {
        requests.push(this.join({ memberId: earlier }));
      }
    }
    return this.group.generationId;
  }

  /** The same, with one partition of `orders` for each, all synced. */
  formStable(...memberIds: string[]): number {
    const generationId = this.formGroup(...memberIds);
    const assignments = Object.fromEntries(
      memberIds.map((memberId, index) => [memberId, { orders: [index] }]),
    );
    for (const memberId of memberIds) this.sync(memberId, generationId, assignments);
    return generationId;
  }

  close(error: GroupError): void {
    this.group.close(error, this.nowMs);
    this.#settle();
  }

  /** What a member got to consume. */
  partitionsOf(requestId: number): Partitions | undefined {
    const assignment = this.#syncs.get(requestId)?.assignment;
    if (assignment === undefined || assignment.length === 0) return undefined;
    const { assignedPartitions } = ConsumerProtocolAssignment.read(assignment);
    return Object.fromEntries(assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
  }

  #settle(): void {
    for (const effect of this.group.takeEffects()) this.#perform(effect);
    if (!this.holdsStorage && this.#held.length > 0) this.store();
  }

  #perform(effect: GroupEffect): void {
    switch (effect.type) {
      case "respondJoin":
        this.#answer(this.#joins, effect.requestId, effect.result);
        break;
      case "respondSync":
        this.#answer(this.#syncs, effect.requestId, effect.result);
        break;
      case "persist":
        this.#held.push(effect);
        break;
      case "assignmentRefused":
        this.refusals.push(effect.message);
        break;
    }
  }

  #groupOf(restored: GroupSnapshot | undefined): Group {
    if (restored === undefined) return new Group("g", this.#limits, this.nowMs);
    return Group.restore("g", restored, this.#limits, this.nowMs);
  }

  #newRequest(): number {
    const requestId = this.#nextRequestId++;
    this.#open.add(requestId);
    return requestId;
  }

  #answer<T>(answers: Map<number, T>, requestId: number, result: T): void {
    if (!this.#open.delete(requestId)) throw new Error(`request ${requestId} is not open, and is answered`);
    answers.set(requestId, result);
  }
}
