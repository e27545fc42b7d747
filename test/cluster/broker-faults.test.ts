import { Random } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultCluster } from "./fault-cluster.ts";
import { FaultTimes } from "./fault-times.ts";
import { boundsFor, FAULTS } from "./faults.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { History } from "./history.ts";
import { KafkaWorkload, readTopic } from "./kafka-workload.ts";

const found = findNatsServer();
const PARTITIONS = 6;
const { env } = process;
/** A few in the ordinary test run; the long run asks for more. */
const ROUNDS = Number(env.LETTERPRESS_FAULT_ROUNDS ?? 3);
/** The long run takes the default of the product. */
const SESSION_MS = Number(env.LETTERPRESS_FAULT_SESSION_MS ?? 5_000);
/** Only the long run, which has the machine to itself, holds times against their bounds. */
const HAS_BOUNDS = env.LETTERPRESS_FAULT_BOUNDS === "1";
/** Runs these kinds of faults alone, separated by semicolons. */
const ONLY = env.LETTERPRESS_FAULT_ONLY?.split(";");
const seed = Number(env.LETTERPRESS_FAULT_SEED ?? Date.now() % 1_000_000);
const ROUND_TIMEOUT_MS = 120_000;
/** What has to be acknowledged on every partition while a fault lasts, and again after it. */
const PROGRESS_RECORDS = 20;

describe.skipIf(found.path === undefined)("three brokers over three nats-servers", () => {
  let cluster: FaultCluster;
  beforeAll(async () => {
    cluster = await FaultCluster.start(found.path!, SESSION_MS);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test("nothing acknowledged is lost, repeated, reordered or unseen", {
    timeout: 60_000 + ROUNDS * 2 * ROUND_TIMEOUT_MS,
  }, async () => {
    console.log(`fault seed ${seed}, ${ROUNDS} rounds`);
    const random = new Random(seed);
    const history = new History();
    const times = new FaultTimes(boundsFor(SESSION_MS));
    const { addresses } = cluster;
    await using workload = await KafkaWorkload.start(addresses, PARTITIONS, history);
    const progress = (what: string) => workload.progress(PROGRESS_RECORDS, what, ROUND_TIMEOUT_MS);
    await progress("records to flow");
    let round = 0;
    for (const name of kinds(random)) {
      const interruptions = workload.watch();
      const heal = await FAULTS[name]!(cluster, random);
      await progress(`records to flow after ${name}`);
      const servedMs = interruptions.longestMs;
      times.record(name, servedMs);
      await heal();
      await progress(`records to flow after ${name} was healed`);
      await workload.caughtUp(ROUND_TIMEOUT_MS);
      await cluster.calm();
      console.log(`round ${++round} of ${ROUNDS}, ${name}: not served for ${Math.round(servedMs)} ms`);
    }
    await workload.stop(ROUND_TIMEOUT_MS);
    const findings = history.check(await readTopic(addresses, PARTITIONS));
    times.publish(
      `${ROUNDS} rounds of faults, seed ${seed}, sessions of ${SESSION_MS} ms: ${history.acknowledgedCount} records ` +
        `acknowledged, ${findings.length} findings`,
    );
    expect(findings).toEqual([]);
    expect(history.acknowledgedCount).toBeGreaterThan(ROUNDS * PARTITIONS * PROGRESS_RECORDS);
    if (HAS_BOUNDS) expect(times.late()).toEqual([]);
  });
});

/** As many kinds as there are rounds: each once before any comes twice, from the second time on in another order. */
function* kinds(random: Random): Iterable<string> {
  const all = Object.keys(FAULTS).filter((name) => ONLY?.includes(name) ?? true);
  for (let left = ROUNDS, turn = 0; left > 0; turn++) {
    const order = turn === 0 ? all : shuffled(all, random);
    yield* order.slice(0, left);
    left -= order.length;
  }
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
