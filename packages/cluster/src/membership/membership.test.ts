import { expect, test } from "vitest";
import { LEASE_TIMES } from "./lease-store.ts";
import { type Announcement, Membership } from "./membership.ts";
import { SimulatedClock, SimulatedLeaseStore } from "./testing/simulated-leases.ts";

const BROKER: Announcement = { nodeId: 1, host: "one", port: 9092, rack: null, http: null };

async function setUp() {
  const clock = new SimulatedClock();
  const store = new SimulatedLeaseStore(clock, LEASE_TIMES.ttlMs);
  const joining = (nodeId: number) =>
    Membership.join({ announcement: { ...BROKER, nodeId }, store, times: LEASE_TIMES, clock });
  return { clock, store, one: await joining(1), two: await joining(2) };
}

test("a broker whose session ended while NATS stored nothing is back as soon as it stores again", async () => {
  const { clock, store, one, two } = await setUp();
  await clock.advance(3_000);
  const { session } = one.own;
  store.isDown = true;
  await clock.advance(12_500);
  expect([one.isHeld, two.isHeld]).toEqual([false, false]);
  store.isDown = false;
  await clock.advance(1_500);
  expect([one.isHeld, two.isHeld]).toEqual([true, true]);
  // What it led before has to be given to it anew.
  expect(one.own.session).not.toBe(session);
  expect(one.formerSession).toBe(session);
  await clock.advance(1_500);
  expect(two.sessions().map((each) => each.session)).toEqual([one.own.session, two.own.session]);
});

test("a broker that is cut off takes nobody for gone before it has lost its own session, nor after", async () => {
  const { clock, store, one } = await setUp();
  await clock.advance(2_900);
  await one.announceHttp("http://one");
  store.isDown = true;
  for (let second = 0; second < 20; second++) {
    await clock.advance(1_000);
    const ids = one.sessions().map(({ nodeId }) => nodeId);
    expect(ids).toEqual(one.isHeld ? [1, 2] : [2]);
  }
  expect(one.isHeld).toBe(false);
});

test("another process does not get the session of a broker that may be alive", async () => {
  const { clock, store, one } = await setUp();
  const times = { ...LEASE_TIMES, ttlMs: 15_000 };
  const intruder = Membership.join({ announcement: BROKER, store, times, clock });
  const refused = expect(intruder).rejects.toMatchObject({ code: "NODE_ID_IN_USE" });
  await clock.advance(30_000);
  await refused;
  expect(one.isHeld).toBe(true);
});

test("servers that are slow to remove keys do not keep a lost broker alive, nor its id from being used again", async () => {
  const { clock, store, two } = await setUp();
  await clock.advance(3_000);
  const stopped = await Membership.join({
    announcement: { ...BROKER, nodeId: 3 },
    store,
    times: LEASE_TIMES,
    clock,
  });
  store.keepsExpired = true;
  await stopped.close();
  await clock.advance(16_100);
  expect(two.sessions().map(({ nodeId }) => nodeId)).toEqual([1, 2]);
  const joining = Membership.join({
    announcement: { ...BROKER, nodeId: 3 },
    store,
    times: LEASE_TIMES,
    clock,
  });
  await clock.advance(17_000);
  expect((await joining).isHeld).toBe(true);
  expect(two.sessions().map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
});
