import type { StateEntry } from "@letterpress/log";
import type { DeadlineTimer, Timed } from "./deadline-timer.ts";
import type { Group } from "./group.ts";
import { joinError } from "./group-data.ts";
import type { GroupError } from "./group-error.ts";
import type { ResolvedGroupOptions } from "./group-options.ts";
import {
  type GroupEffect,
  type JoinRequest,
  type JoinResult,
  type LeaveResult,
  type MemberIdentity,
  NO_BYTES,
  type SyncRequest,
  type SyncResult,
} from "./group-types.ts";
import { encodeOffsets } from "./offsets-record.ts";
import type { OffsetsWriter } from "./offsets-writer.ts";

type Result = JoinResult | SyncResult;

/** Gives one group what it lacks: time, storage, and promises for the requests it parks. */
export class GroupRunner implements Timed {
  readonly group: Group;
  /** Appends that are not durable yet. The group must not be removed before: they would come after its end. */
  pendingWrites = 0;
  readonly #writer: OffsetsWriter;
  readonly #timer: DeadlineTimer;
  readonly #options: ResolvedGroupOptions;
  readonly #parked = new Map<number, (result: Result) => void>();
  #nextRequestId = 1;

  constructor(group: Group, writer: OffsetsWriter, timer: DeadlineTimer, options: ResolvedGroupOptions) {
    this.group = group;
    this.#writer = writer;
    this.#timer = timer;
    this.#options = options;
    this.#settle();
  }

  join(request: Omit<JoinRequest, "requestId" | "newMemberId">, signal: AbortSignal): Promise<JoinResult> {
    const prefix = request.groupInstanceId ?? request.clientId;
    const newMemberId = `${prefix}-${this.#options.uniqueId()}`;
    const gone = joinError("COORDINATOR_NOT_AVAILABLE", request.memberId);
    return this.#park(signal, gone, (requestId) =>
      this.group.join({ ...request, requestId, newMemberId }, this.#now()),
    );
  }

  sync(request: Omit<SyncRequest, "requestId">, signal: AbortSignal): Promise<SyncResult> {
    return this.#park(signal, syncError("COORDINATOR_NOT_AVAILABLE"), (requestId) =>
      this.group.sync({ ...request, requestId }, this.#now()),
    );
  }

  heartbeat(identity: MemberIdentity, generationId: number): GroupError {
    return this.group.heartbeat(identity, generationId, this.#now());
  }

  commit(identity: MemberIdentity, generationId: number): GroupError {
    return this.group.commit(identity, generationId, this.#now());
  }

  leave(leaving: readonly MemberIdentity[]): LeaveResult[] {
    const results = this.group.leave(leaving, this.#now());
    this.#settle();
    return results;
  }

  /** Resolves once the entries are durable and applied. */
  async write(entries: readonly StateEntry[]): Promise<GroupError> {
    this.pendingWrites++;
    try {
      return await this.#writer.write(entries);
    } finally {
      this.pendingWrites--;
    }
  }

  onDeadline(nowMs: number): void {
    this.group.tick(nowMs);
    this.#settle();
  }

  /** Ends the group here; whoever waits is answered with `error`. */
  close(error: GroupError): void {
    this.group.close(error, this.#now());
    this.#settle();
    this.#timer.disarm(this);
  }

  #now(): number {
    return this.#options.clock.now();
  }

  /** Sends a request into the group and waits for its answer, or for the connection's end. */
  #park<R extends Result>(signal: AbortSignal, gone: R, send: (requestId: number) => void): Promise<R> {
    const requestId = this.#nextRequestId++;
    return new Promise<R>((resolve) => {
      const abandon = (): void => {
        this.#parked.delete(requestId);
        this.group.abandon(requestId, this.#now());
        this.#settle();
        resolve(gone);
      };
      this.#parked.set(requestId, (result) => {
        signal.removeEventListener("abort", abandon);
        resolve(result as R);
      });
      send(requestId);
      this.#settle();
      if (!this.#parked.has(requestId)) return;
      if (signal.aborted) abandon();
      else signal.addEventListener("abort", abandon, { once: true });
    });
  }

  #settle(): void {
    for (const effect of this.group.takeEffects()) this.#perform(effect);
    if (this.group.state !== "Dead") this.#timer.arm(this, this.group.nextDeadlineMs());
  }

  #perform(effect: GroupEffect): void {
    switch (effect.type) {
      case "respondJoin":
      case "respondSync":
        this.#answer(effect.requestId, effect.result);
        break;
      case "persist":
        void this.#persist(effect);
        break;
      case "assignmentRefused": {
        const { memberId, message } = effect;
        const fields = { groupId: this.group.groupId, memberId };
        this.#options.logger.warn(fields, `assignments of the group's leader refused: ${message}`);
        break;
      }
    }
  }

  #answer(requestId: number, result: Result): void {
    const answer = this.#parked.get(requestId);
    this.#parked.delete(requestId);
    answer?.(result);
  }

  async #persist({ ticket, snapshot }: Extract<GroupEffect, { type: "persist" }>): Promise<void> {
    const error = await this.write([encodeOffsets({ kind: "group", groupId: this.group.groupId, snapshot })]);
    this.group.persisted(ticket, error, this.#now());
    this.#settle();
  }
}

export function syncError(error: GroupError): SyncResult {
  return { error, protocolType: null, protocolName: null, assignment: NO_BYTES };
}
