import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "@letterpress/log/testing";
import type { FaultCluster } from "./fault-cluster.ts";
import type { FaultBounds } from "./fault-times.ts";

/** Undoes a fault. */
export type Heal = () => unknown;

/** Brings a fault about. It leaves the cluster able to serve every partition by itself. */
export type Fault = (cluster: FaultCluster, random: Random) => Promise<Heal>;

/** A paused or lost broker is noticed when its session ends; what it led has to be taken over then. */
const TAKE_OVER_MS = 5_000;
const GRACEFUL_STOP_MS = 3_000;
/** An election of NATS takes 4 to 9 seconds. */
const NATS_LEADER_MS = 10_000;
/** A NATS server that is back among the others asks for elections, which may leave every leader where it was. */
const ELECTIONS_MS = 10_000;

/** Every kind of fault; what a short run does comes first. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "the controller is killed": async (cluster) => killBrokers(cluster, [await cluster.controllerIndex()]),
  "a broker stops in good order": async (cluster, random) => {
    const index = random.below(3);
    await cluster.brokers[index]!.stop();
    return () => cluster.restart(index);
  },
  "the NATS leader of a partition is killed": async (cluster, random) =>
    killNats(cluster, await cluster.natsLeaderIndex(random.below(3))),
  "a broker is paused, and comes back when others lead": async (cluster, random) =>
    pauseBroker(cluster, random.below(3)),
  "a broker is killed": async (cluster, random) => killBrokers(cluster, [random.below(3)]),
  "a broker is cut off from NATS": async (cluster, random) => cutOffBroker(cluster, random.below(3)),
  "a NATS follower of a partition is killed": async (cluster, random) => {
    const leader = await cluster.natsLeaderIndex(0);
    return killNats(cluster, (leader + 1 + random.below(2)) % 3);
  },
  "two brokers are killed": async (cluster, random) => {
    const kept = random.below(3);
    return killBrokers(
      cluster,
      [0, 1, 2].filter((index) => index !== kept),
    );
  },
  "the NATS leader of a partition is paused": async (cluster, random) =>
    pauseNats(cluster, await cluster.natsLeaderIndex(random.below(3))),
  "a broker and a NATS server are killed": async (cluster, random) => {
    const heals = await Promise.all([
      killNats(cluster, random.below(3)),
      killBrokers(cluster, [random.below(3)]),
    ]);
    return inTurn(heals);
  },
  "the controller is paused": async (cluster) => pauseBroker(cluster, await cluster.controllerIndex()),
  "a NATS follower of a partition is paused": async (cluster, random) => {
    const leader = await cluster.natsLeaderIndex(0);
    return pauseNats(cluster, (leader + 1 + random.below(2)) % 3);
  },
  "the controller is cut off from NATS": async (cluster) =>
    cutOffBroker(cluster, await cluster.controllerIndex()),
  "the NATS leader of a partition is cut off from the others": async (cluster, random) => {
    const { routes } = cluster.nats;
    const index = await cluster.natsLeaderIndex(random.below(3));
    routes.isolate(index);
    return async () => {
      routes.rejoin(index);
      await wait(ELECTIONS_MS);
    };
  },
  "every broker is restarted in turn": async (cluster) => {
    for (const index of [0, 1, 2]) {
      await cluster.brokers[index]!.stop();
      await cluster.restart(index);
    }
    return () => {};
  },
};

/** What the product promises of each kind of fault, for brokers whose sessions last that long. */
export function boundsFor(sessionMs: number): FaultBounds {
  const lostBrokerMs = sessionMs + TAKE_OVER_MS;
  return {
    "the controller is killed": lostBrokerMs,
    "a broker is killed": lostBrokerMs,
    "two brokers are killed": lostBrokerMs,
    "a broker stops in good order": GRACEFUL_STOP_MS,
    "every broker is restarted in turn": GRACEFUL_STOP_MS,
    "the NATS leader of a partition is killed": NATS_LEADER_MS,
    "a NATS follower of a partition is killed": NATS_LEADER_MS,
  };
}

async function killBrokers(cluster: FaultCluster, indexes: readonly number[]): Promise<Heal> {
  await Promise.all(indexes.map((index) => cluster.brokers[index]!.kill()));
  return () => Promise.all(indexes.map((index) => cluster.restart(index)));
}

async function pauseBroker({ brokers }: FaultCluster, index: number): Promise<Heal> {
  brokers[index]!.pause();
  return () => brokers[index]!.resume();
}

async function cutOffBroker(cluster: FaultCluster, index: number): Promise<Heal> {
  cluster.cutOff(index);
  return () => cluster.join(index);
}

async function killNats({ nats }: FaultCluster, index: number): Promise<Heal> {
  await nats.servers[index]!.kill();
  return () => nats.servers[index]!.start();
}

async function pauseNats({ nats }: FaultCluster, index: number): Promise<Heal> {
  nats.servers[index]!.pause();
  return () => nats.servers[index]!.resume();
}

function inTurn(heals: readonly Heal[]): Heal {
  return async () => {
    for (const heal of heals) await heal();
  };
}
