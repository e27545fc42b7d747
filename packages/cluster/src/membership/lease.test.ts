import { expect, test } from "vitest";
import { Lease } from "./lease.ts";
import { LEASE_TIMES } from "./lease-store.ts";
import { SimulatedClock, SimulatedLeaseStore } from "./testing/simulated-leases.ts";

function setUp() {
  const clock = new SimulatedClock();
  const store = new SimulatedLeaseStore(clock, LEASE_TIMES.ttlMs);
  const lost: string[] = [];
  const lease = (owner: string): Lease =>
    new Lease({ store, key: "k", owner, times: LEASE_TIMES, clock, onLost: () => lost.push(owner) });
  return { clock, store, lost, lease };
}

test("one holder keeps a lease for as long as it renews it", async () => {
  const { clock, lease, lost } = setUp();
  const [a, b] = [lease("a"), lease("b")];
  expect(await a.acquire({})).toBe(true);
  expect(await b.acquire({})).toBe(false);
  await clock.advance(60_000);
  expect(a.isHeld).toBe(true);
  expect(await b.acquire({})).toBe(false);
  expect(lost).toEqual([]);
});

test("a holder that cannot renew stops before anybody else can have the lease", async () => {
  const { clock, store, lease, lost } = setUp();
  const [a, b] = [lease("a"), lease("b")];
  await a.acquire({});
  await clock.advance(3_000);
  store.isDown = true;
  // The last renewal was sent after 3 s: it counts for 12 s, and the key lives for 15 s.
  await clock.advance(11_999);
  expect(a.isHeld).toBe(true);
  await clock.advance(1);
  expect(a.isHeld).toBe(false);
  expect(lost).toEqual(["a"]);
  store.isDown = false;
  expect(await b.acquire({})).toBe(false);
  await clock.advance(3_000);
  expect(await b.acquire({})).toBe(true);
});

test("a renewal that failed is tried again soon", async () => {
  const { clock, store, lease, lost } = setUp();
  const a = lease("a");
  await a.acquire({});
  store.isDown = true;
  await clock.advance(11_000);
  store.isDown = false;
  await clock.advance(4_000);
  expect(a.isHeld).toBe(true);
  expect(lost).toEqual([]);
});

test("who has lost a lease takes it back as another owner at once, while everybody else waits for its end", async () => {
  const { clock, store, lost } = setUp();
  const lease = (owner: string, formerOwner = ""): Lease =>
    new Lease({
      store,
      key: "k",
      owner,
      formerOwner,
      times: LEASE_TIMES,
      clock,
      onLost: () => lost.push(owner),
    });
  await lease("a").acquire({});
  store.isDown = true;
  await clock.advance(12_000);
  expect(lost).toEqual(["a"]);
  store.isDown = false;
  expect(await lease("b").acquire({})).toBe(false);
  const [anew, other] = [lease("a again", "a"), lease("b")];
  expect(await anew.acquire({})).toBe(true);
  await clock.advance(30_000);
  expect(await other.acquire({})).toBe(false);
  expect([anew.isHeld, other.isHeld]).toEqual([true, false]);
});

test("a lease is lost also when its timer runs a little early", async () => {
  const { clock, store, lease, lost } = setUp();
  clock.earlyMs = 0.5;
  const a = lease("a");
  await a.acquire({});
  store.isDown = true;
  await clock.advance(20_000);
  expect(lost).toEqual(["a"]);
  store.isDown = false;
  expect(await a.acquire({})).toBe(true);
});

test("a holder that was stopped knows by the clock alone, before any timer runs", async () => {
  const { clock, lease } = setUp();
  const [a, b] = [lease("a"), lease("b")];
  await a.acquire({});
  clock.pause(15_000);
  expect(a.isHeld).toBe(false);
  expect(await b.acquire({})).toBe(true);
  await clock.advance(5_000);
  expect([a.isHeld, b.isHeld]).toEqual([false, true]);
});

test("a renewal whose answer was lost does not cost the lease", async () => {
  const { clock, store, lease, lost } = setUp();
  const a = lease("a");
  await a.acquire({});
  store.losesNextAnswer = true;
  await clock.advance(30_000);
  expect(a.isHeld).toBe(true);
  expect(lost).toEqual([]);
});

test("an acquisition whose answer was lost is found to have succeeded", async () => {
  const { store, lease } = setUp();
  const a = lease("a");
  store.losesNextAnswer = true;
  expect(await a.acquire({})).toBe(false);
  expect(await a.acquire({})).toBe(true);
});

test("a lease that was released can be taken at once", async () => {
  const { lease, lost } = setUp();
  const [a, b] = [lease("a"), lease("b")];
  await a.acquire({});
  await a.release();
  expect(a.isHeld).toBe(false);
  expect(await b.acquire({})).toBe(true);
  expect(lost).toEqual([]);
});
