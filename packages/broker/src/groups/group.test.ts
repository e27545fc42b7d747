import { expect, test } from "vitest";
import { GroupDriver } from "./testing/group-driver.ts";

test("a lone consumer gets an id first, then the generation, then its assignment", () => {
  const driver = new GroupDriver();
  const first = driver.join({ memberId: "", newMemberId: "m-1" });
  expect(driver.joined(first)).toMatchObject({ error: "MEMBER_ID_REQUIRED", memberId: "m-1" });
  const second = driver.join({ memberId: "m-1" });
  expect(driver.joined(second)).toMatchObject({
    error: "NONE",
    generationId: 1,
    leader: "m-1",
    protocolName: "range",
    protocolType: "consumer",
    members: [{ memberId: "m-1", groupInstanceId: null }],
  });
  const synced = driver.sync("m-1", 1, { "m-1": { orders: [0, 1] } });
  expect(driver.synced(synced)).toMatchObject({ error: "NONE", protocolName: "range" });
  expect(driver.group.state).toBe("Stable");
  expect(driver.group.heartbeat({ memberId: "m-1", groupInstanceId: null }, 1, driver.nowMs)).toBe("NONE");
});
