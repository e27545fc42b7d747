import type { JoinResult, SyncResult } from "../group-types.ts";
import type { GroupDriver, Partitions } from "./group-driver.ts";

export interface SimulatedMemberOptions {
  readonly groupInstanceId: string | null;
  /** Whether it speaks JoinGroup 4 or later. */
  readonly requiresKnownMemberId: boolean;
}

type Awaited = { readonly kind: "join" | "sync"; readonly requestId: number };

/** A consumer as clients are written: it joins, syncs, sends heartbeats, and reacts to errors as they all do. */
export class SimulatedMember {
  readonly options: SimulatedMemberOptions;
  memberId = "";
  generationId = -1;
  phase: "unjoined" | "joined" | "stable" | "dead" = "unjoined";
  owned: Partitions = {};
  readonly #driver: GroupDriver;
  readonly #partitions: number;
  #awaited: Awaited | undefined;
  #toAssign: readonly string[] = [];

  constructor(driver: GroupDriver, partitions: number, options: SimulatedMemberOptions) {
    this.#driver = driver;
    this.#partitions = partitions;
    this.options = options;
  }

  /** What tells members apart: restarts of a static member count as the same one. */
  get identity(): string {
    return this.options.groupInstanceId ?? this.memberId;
  }

  get isWaiting(): boolean {
    return this.#awaited !== undefined;
  }

  /** Does the next thing its protocol asks for. */
  step(): void {
    if (this.phase === "dead" || this.#isStillWaiting()) return;
    if (this.phase === "unjoined") this.#sendJoin();
    else if (this.phase === "joined") this.#sendSync();
    else this.#sendHeartbeat();
  }

  /** The answer it waits for never comes, and it asks again with its next step. The connection stays. */
  loseResponse(): void {
    if (this.#awaited?.kind === "join") this.phase = "unjoined";
    this.#awaited = undefined;
  }

  disconnect(): void {
    if (this.#awaited !== undefined) this.#driver.disconnect(this.#awaited.requestId);
    this.loseResponse();
  }

  leave(): void {
    const { groupInstanceId } = this.options;
    if (groupInstanceId !== null) this.#driver.leaveInstance(groupInstanceId, this.memberId);
    else this.#driver.leave(this.memberId);
    this.phase = "dead";
  }

  #isStillWaiting(): boolean {
    if (this.#awaited === undefined) return false;
    const { kind, requestId } = this.#awaited;
    const result = kind === "join" ? this.#driver.joined(requestId) : this.#driver.synced(requestId);
    if (result === undefined) return true;
    this.#awaited = undefined;
    if (kind === "join") this.#onJoined(result as JoinResult);
    else this.#onSynced(result as SyncResult, requestId);
    return false;
  }

  #sendJoin(): void {
    this.owned = {};
    const { memberId, options } = this;
    this.#awaited = { kind: "join", requestId: this.#driver.join({ memberId, ...options }) };
  }

  #onJoined(result: JoinResult): void {
    if (result.error === "NONE") {
      this.phase = "joined";
      this.memberId = result.memberId;
      this.generationId = result.generationId;
      this.#toAssign = result.members.map(({ memberId }) => memberId);
    } else if (result.error === "MEMBER_ID_REQUIRED") this.memberId = result.memberId;
    else this.#onError(result.error);
  }

  #sendSync(): void {
    const shares = this.#toAssign.map((memberId, index) => {
      const orders = Array.from({ length: this.#partitions }, (_, partition) => partition);
      return [
        memberId,
        { orders: orders.filter((partition) => partition % this.#toAssign.length === index) },
      ];
    });
    const { groupInstanceId } = this.options;
    const change = groupInstanceId === null ? {} : { groupInstanceId };
    const requestId = this.#driver.sync(this.memberId, this.generationId, Object.fromEntries(shares), change);
    this.#awaited = { kind: "sync", requestId };
  }

  #onSynced(result: SyncResult, requestId: number): void {
    if (result.error === "NONE") {
      this.phase = "stable";
      this.owned = this.#driver.partitionsOf(requestId) ?? {};
    } else this.#onError(result.error);
  }

  #sendHeartbeat(): void {
    const { memberId, generationId, options } = this;
    const error = this.#driver.heartbeat(memberId, generationId, options.groupInstanceId);
    if (error !== "NONE") this.#onError(error);
  }

  #onError(error: string): void {
    this.phase = error === "FENCED_INSTANCE_ID" ? "dead" : "unjoined";
    if (error === "UNKNOWN_MEMBER_ID" || error === "ILLEGAL_GENERATION") this.memberId = "";
  }
}
