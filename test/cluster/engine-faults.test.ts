import { openJetStreamEngine } from "@letterpress/cluster";
import type { LogEngine } from "@letterpress/log";
import { Random } from "@letterpress/log/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { PartitionWorkload } from "./engine-workload.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { History } from "./history.ts";
import { NatsCluster, type NatsServer, until } from "./nats-cluster.ts";

const found = findNatsServer();
const PARTITIONS = 3;
/** Compacted all the while, though no record of it has another's key. */
const COMPACTED_PARTITION = 2;
/** A few in the ordinary test run; the long run asks for more. */
const ROUNDS = Number(process.env.LETTERPRESS_ENGINE_FAULT_ROUNDS ?? 3);
const ROUND_TIMEOUT_MS = 60_000;
/** What has to be appended after a fault before the next one, on every partition. */
const PROGRESS_BATCHES = 20;
const seed = Number(process.env.LETTERPRESS_FAULT_SEED ?? Date.now() % 1_000_000);

describe.skipIf(found.path === undefined)("appends while servers and leaders fail", () => {
  /** Made anew for each attempt of the test. */
  let cluster: NatsCluster;
  let engines: LogEngine[];

  beforeEach(async () => {
    cluster = await NatsCluster.start(found.path!, 3);
    engines = await Promise.all(
      [1, 2].map(() => openJetStreamEngine({ servers: cluster.urls, replicas: 3 })),
    );
  });
  afterEach(async () => {
    for (const server of cluster?.servers ?? []) server.resume();
    await Promise.all((engines ?? []).map((engine) => engine.close()));
    await cluster?.[Symbol.asyncDispose]();
  });

  test("nothing acknowledged is lost, repeated or moved", {
    timeout: ROUNDS * ROUND_TIMEOUT_MS,
  }, async () => {
    console.log(`fault seed ${seed}, ${ROUNDS} rounds`);
    const random = new Random(seed);
    const history = new History();
    const workloads = Array.from(
      { length: PARTITIONS },
      (_, partition) =>
        new PartitionWorkload(partition, engines[0]!, history, partition === COMPACTED_PARTITION),
    );
    for (const workload of workloads) workload.start();
    const progress = async (what: string): Promise<number> => {
      const startedMs = performance.now();
      const goals = workloads.map((workload) => workload.acknowledged + PROGRESS_BATCHES);
      const isReached = () => workloads.every(({ acknowledged }, index) => acknowledged >= goals[index]!);
      await waitFor(`appends after ${what}`, isReached, ROUND_TIMEOUT_MS).catch((cause) => {
        const late = workloads.filter(({ acknowledged }, index) => acknowledged < goals[index]!);
        throw new Error(`no appends in ${late.map(({ lastError }) => lastError).join("; ")}`, { cause });
      });
      return Math.round(performance.now() - startedMs);
    };
    await progress("the start");
    const faults = Object.entries(faultsOf(cluster, engines, workloads));
    for (let round = 0; round < ROUNDS; round++) {
      // Each fault comes once before any comes twice.
      const [name, inject] = faults[round % faults.length]!;
      const heal = await inject(cluster.servers[random.below(3)]!, random);
      const underFaultMs = name === "two servers killed" ? undefined : await progress(name);
      await heal();
      const healedMs = await progress(`${name} was healed`);
      console.log(`round ${round + 1}, ${name}: ${underFaultMs ?? "-"} ms, healed ${healedMs} ms`);
    }
    // On a busy machine every compaction so far may have been cut short by a fault.
    const isCompacted = async () =>
      [...(await cluster.leaders()).keys()].some((name) => name.startsWith("C_"));
    await until("a log to be compacted", isCompacted, ROUND_TIMEOUT_MS);
    await Promise.all(workloads.map((workload) => workload.stop()));
    for (const engine of engines) await engine.close();
    const reader = await openJetStreamEngine({ servers: cluster.urls, replicas: 3 });
    engines = [reader];
    const final = (await Promise.all(workloads.map((workload) => workload.final(reader)))).flat();
    expect(history.check(final)).toEqual([]);
    expect(history.acknowledgedCount).toBeGreaterThan(ROUNDS * PARTITIONS * PROGRESS_BATCHES);
  });
});

type Heal = () => Promise<void> | void;
type Fault = (server: NatsServer, random: Random) => Promise<Heal>;

function faultsOf(
  cluster: NatsCluster,
  engines: readonly LogEngine[],
  workloads: readonly PartitionWorkload[],
): Readonly<Record<string, Fault>> {
  let leader = 0;
  const takeOver = async (): Promise<Heal> => {
    leader = (leader + 1) % engines.length;
    for (const workload of workloads) workload.moveTo(engines[leader]!);
    return () => {};
  };
  const kill = async (server: NatsServer): Promise<Heal> => {
    await server.kill();
    return () => server.start();
  };
  return {
    "one server killed": kill,
    "taken over": takeOver,
    "two servers killed": async (server) => {
      const other = cluster.servers.find((each) => each !== server)!;
      await Promise.all([server.kill(), other.kill()]);
      return async () => {
        await Promise.all([server.start(), other.start()]);
      };
    },
    "one server paused": async (server) => {
      server.pause();
      return () => server.resume();
    },
    "taken over while a server is killed": async (server) => {
      const heal = await kill(server);
      await takeOver();
      return heal;
    },
  };
}
