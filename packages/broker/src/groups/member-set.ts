import type { MemberProtocol } from "./group-types.ts";
import type { Member } from "./member.ts";

/** The members of a group in the order they came, its static instances, and who leads. */
export class MemberSet {
  /** The member that assigns partitions; null in an empty group. */
  leader: string | null = null;
  readonly #members = new Map<string, Member>();
  readonly #instances = new Map<string, string>();

  get size(): number {
    return this.#members.size;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#members.values();
  }

  get(memberId: string): Member | undefined {
    return this.#members.get(memberId);
  }

  /** The member that runs as this static instance (KIP-345). */
  ofInstance(groupInstanceId: string): Member | undefined {
    const memberId = this.#instances.get(groupInstanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  /** The first member leads. */
  add(member: Member): void {
    this.#members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.#instances.set(member.groupInstanceId, member.memberId);
    this.leader ??= member.memberId;
  }

  /** When the leader goes, the member that has been here longest leads. */
  remove(member: Member): void {
    this.#members.delete(member.memberId);
    if (member.groupInstanceId !== null) this.#instances.delete(member.groupInstanceId);
    if (this.leader === member.memberId) this.leader = this.#members.keys().next().value ?? null;
  }

  /** Gives a static member its next id; its assignment and the leader's role stay with it. */
  rename(member: Member, memberId: string): void {
    const wasLeader = this.leader === member.memberId;
    this.#members.delete(member.memberId);
    member.memberId = memberId;
    this.#members.set(memberId, member);
    if (member.groupInstanceId !== null) this.#instances.set(member.groupInstanceId, memberId);
    if (wasLeader) this.leader = memberId;
  }

  /** Makes sure that the leader is among those that joined this time. False when nobody has joined. */
  electJoinedLeader(): boolean {
    if (this.leader === null) return false;
    if (this.#members.get(this.leader)?.parkedJoin !== undefined) return true;
    for (const member of this) {
      if (member.parkedJoin === undefined) continue;
      this.leader = member.memberId;
      return true;
    }
    return false;
  }

  /** Whether somebody with these protocols finds one that every member has. */
  supports(protocols: readonly MemberProtocol[]): boolean {
    const common = this.#commonProtocols();
    return common === undefined || protocols.some(({ name }) => common.has(name));
  }

  /**
   * Every member votes for the first of its protocols that all have; most votes win, on a tie the protocol
   * that got its first vote earlier.
   */
  selectProtocol(): string {
    const common = this.#commonProtocols() ?? new Set<string>();
    const votes = new Map<string, number>();
    for (const member of this) {
      const choice = member.protocols.find(({ name }) => common.has(name));
      if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    let winner = "";
    let votesMax = 0;
    for (const [name, count] of votes) {
      if (count <= votesMax) continue;
      winner = name;
      votesMax = count;
    }
    return winner;
  }

  /** The longest time any member asks for to rejoin. */
  rebalanceTimeoutMs(): number {
    let longestMs = 0;
    for (const member of this) longestMs = Math.max(longestMs, member.rebalanceTimeoutMs);
    return longestMs;
  }

  #commonProtocols(): Set<string> | undefined {
    let common: Set<string> | undefined;
    for (const member of this) {
      const names = member.protocols.map(({ name }) => name);
      const before: Set<string> | undefined = common;
      common = new Set(before === undefined ? names : names.filter((name) => before.has(name)));
    }
    return common;
  }
}
