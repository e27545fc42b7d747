import { expect, test } from "vitest";
import type { GroupError } from "./group-error.ts";
import type { GroupState } from "./group-types.ts";
import { GroupDriver, protocol } from "./testing/group-driver.ts";

/** Brings a group of `a` (the leader) and `b` into a state. */
const STATES: Record<Exclude<GroupState, "Dead">, (driver: GroupDriver) => void> = {
  Empty: (driver) => {
    driver.formStable("a", "b");
    driver.leave("a", "b");
  },
  PreparingRebalance: (driver) => {
    driver.formStable("a", "b");
    driver.join({ memberId: "a" });
  },
  CompletingRebalance: (driver) => {
    driver.formGroup("a", "b");
  },
  Stable: (driver) => {
    driver.formStable("a", "b");
  },
};

const REQUESTS = {
  "join of a stranger": (driver) => driver.joined(driver.join({ memberId: "x" }))?.error,
  "join with another protocol type": (driver) =>
    driver.joined(driver.join({ requiresKnownMemberId: false, protocolType: "connect" }))?.error,
  "join without a common protocol": (driver) =>
    driver.joined(driver.join({ requiresKnownMemberId: false, protocols: [protocol("sticky")] }))?.error,
  "join without protocols": (driver) =>
    driver.joined(driver.join({ requiresKnownMemberId: false, protocols: [] }))?.error,
  "join with too short a session": (driver) => driver.joined(driver.join({ sessionTimeoutMs: 999 }))?.error,
  "sync of a stranger": (driver) => driver.synced(driver.sync("x", driver.group.generationId))?.error,
  "sync in an old generation": (driver) =>
    driver.synced(driver.sync("b", driver.group.generationId - 1))?.error,
  "sync of a follower": (driver) => driver.synced(driver.sync("b", driver.group.generationId))?.error,
  "sync with another protocol type": (driver) =>
    driver.synced(driver.sync("b", driver.group.generationId, {}, { protocolType: "connect" }))?.error,
  "sync with another protocol name": (driver) =>
    driver.synced(driver.sync("b", driver.group.generationId, {}, { protocolName: "sticky" }))?.error,
  heartbeat: (driver) => driver.heartbeat("b", driver.group.generationId),
  "heartbeat of a stranger": (driver) => driver.heartbeat("x", driver.group.generationId),
  "heartbeat in an old generation": (driver) => driver.heartbeat("b", driver.group.generationId - 1),
  commit: (driver) => driver.commit("b", driver.group.generationId),
  "commit in an old generation": (driver) => driver.commit("b", driver.group.generationId - 1),
  "commit without membership": (driver) => driver.commit("", -1),
  "commit of a stranger without a generation": (driver) => driver.commit("x", -1),
  "leave of a stranger": (driver) => driver.leave("x")[0],
} satisfies Record<string, (driver: GroupDriver) => GroupError | undefined>;

/** The answer to each request in Empty, PreparingRebalance, CompletingRebalance and Stable; undefined is parked. */
const ANSWERS: Record<keyof typeof REQUESTS, readonly (GroupError | undefined)[]> = {
  "join of a stranger": Array(4).fill("UNKNOWN_MEMBER_ID"),
  "join with another protocol type": ["NONE", ...Array(3).fill("INCONSISTENT_GROUP_PROTOCOL")],
  "join without a common protocol": ["NONE", ...Array(3).fill("INCONSISTENT_GROUP_PROTOCOL")],
  "join without protocols": Array(4).fill("INCONSISTENT_GROUP_PROTOCOL"),
  "join with too short a session": Array(4).fill("INVALID_SESSION_TIMEOUT"),
  "sync of a stranger": Array(4).fill("UNKNOWN_MEMBER_ID"),
  "sync in an old generation": ["UNKNOWN_MEMBER_ID", ...Array(3).fill("ILLEGAL_GENERATION")],
  "sync of a follower": ["UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", undefined, "NONE"],
  "sync with another protocol type": ["UNKNOWN_MEMBER_ID", ...Array(3).fill("INCONSISTENT_GROUP_PROTOCOL")],
  "sync with another protocol name": [
    "UNKNOWN_MEMBER_ID",
    "REBALANCE_IN_PROGRESS",
    "INCONSISTENT_GROUP_PROTOCOL",
    "INCONSISTENT_GROUP_PROTOCOL",
  ],
  heartbeat: ["UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "NONE", "NONE"],
  "heartbeat of a stranger": Array(4).fill("UNKNOWN_MEMBER_ID"),
  "heartbeat in an old generation": ["UNKNOWN_MEMBER_ID", ...Array(3).fill("ILLEGAL_GENERATION")],
  commit: ["UNKNOWN_MEMBER_ID", "NONE", "REBALANCE_IN_PROGRESS", "NONE"],
  "commit in an old generation": ["UNKNOWN_MEMBER_ID", ...Array(3).fill("ILLEGAL_GENERATION")],
  "commit without membership": ["NONE", ...Array(3).fill("UNKNOWN_MEMBER_ID")],
  "commit of a stranger without a generation": ["NONE", ...Array(3).fill("UNKNOWN_MEMBER_ID")],
  "leave of a stranger": Array(4).fill("UNKNOWN_MEMBER_ID"),
};

for (const [name, send] of Object.entries(REQUESTS)) {
  Object.entries(STATES).forEach(([state, reach], index) => {
    const answer = ANSWERS[name as keyof typeof REQUESTS][index];
    test(`${name} in ${state}: ${answer ?? "parked"}`, () => {
      const driver = new GroupDriver();
      reach(driver);
      expect(driver.group.state).toBe(state);
      expect(send(driver)).toBe(answer);
    });
  });
}
