import fc from "fast-check";
import { expect, test } from "vitest";
import { GroupDriver } from "./testing/group-driver.ts";
import { SimulatedMember } from "./testing/simulated-member.ts";

const PARTITIONS = 7;
const SLOTS = 5;
/** Longer than every timeout in turn: lost answers, lost members, then one undisturbed rebalance. */
const SECONDS_TO_SETTLE = 600;

const slot = fc.nat({ max: SLOTS - 1 });
const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant("step" as const), slot }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("start" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("lose", "disconnect", "leave", "die"), slot }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("advance" as const), ms: fc.nat({ max: 12_000 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("hold", "release", "fail", "restart") }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Members that come and go over one group, with what must always hold. */
class Simulation {
  readonly driver = new GroupDriver();
  readonly members: (SimulatedMember | undefined)[] = Array(SLOTS).fill(undefined);
  readonly #owners = new Map<string, string>();
  #generationId = 0;

  run(act: Action): void {
    if ("ms" in act) this.driver.advance(act.ms);
    else if ("slot" in act) this.#runMember(act.type, act.slot);
    else if (act.type === "restart") this.#restart();
    else {
      this.driver.holdsStorage = act.type === "hold";
      this.driver.store(act.type === "fail" ? "COORDINATOR_NOT_AVAILABLE" : "NONE");
    }
    this.check();
  }

  #runMember(type: string, index: number): void {
    const member = this.members[index];
    if (type === "start" && (member === undefined || member.phase === "dead")) {
      this.members[index] = new SimulatedMember(this.driver, PARTITIONS, {
        groupInstanceId: index < 2 ? `instance-${index}` : null,
        requiresKnownMemberId: index !== 2,
      });
    } else if (type === "step") member?.step();
    else if (type === "lose") member?.loseResponse();
    else if (type === "disconnect") member?.disconnect();
    else if (type === "leave" && member !== undefined && member.memberId !== "") member.leave();
    else if (type === "die" && member !== undefined) member.phase = "dead";
  }

  /** A generation that nobody got an assignment in may be forgotten, and its number used again. */
  #restart(): void {
    this.driver.restart();
    for (const member of this.members) member?.loseResponse();
    this.#generationId = this.driver.stored.at(-1)?.generationId ?? 0;
  }

  check(): void {
    expect(this.driver.group.generationId).toBeGreaterThanOrEqual(this.#generationId);
    this.#generationId = this.driver.group.generationId;
    for (const member of this.alive()) {
      if (member.phase !== "stable") continue;
      for (const partition of member.owned.orders ?? []) {
        const key = `${member.generationId}/${partition}`;
        const owner = this.#owners.get(key) ?? member.identity;
        expect(owner, `partition/generation ${key} has two owners`).toBe(member.identity);
        this.#owners.set(key, owner);
      }
    }
  }

  alive(): SimulatedMember[] {
    return this.members.filter(
      (member): member is SimulatedMember => member !== undefined && member.phase !== "dead",
    );
  }

  /** The faults are over: the members go about their work. */
  settle(): void {
    this.driver.holdsStorage = false;
    this.driver.store();
    for (let second = 0; second < SECONDS_TO_SETTLE && !this.isSettled(); second++) {
      this.driver.advance(1000);
      for (const member of this.alive()) member.step();
      this.check();
    }
  }

  isSettled(): boolean {
    const { group } = this.driver;
    const alive = this.alive();
    if (group.state !== (alive.length === 0 ? "Empty" : "Stable")) return false;
    if (group.snapshot().members.length !== alive.length) return false;
    return alive.every(
      ({ phase, generationId, isWaiting }) =>
        phase === "stable" && generationId === group.generationId && !isWaiting,
    );
  }
}

test("whatever happens, partitions have one owner, and the living end up with all of them", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 150, size: "max" }), (actions) => {
      const simulation = new Simulation();
      for (const act of actions) simulation.run(act);
      simulation.settle();
      expect(simulation.isSettled()).toBe(true);
      expect(simulation.driver.unanswered()).toEqual([]);
      const owned = simulation.alive().flatMap((member) => member.owned.orders ?? []);
      const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
      expect(owned.sort((a, b) => a - b)).toEqual(simulation.alive().length === 0 ? [] : all);
    }),
    { numRuns: 300 },
  );
});
