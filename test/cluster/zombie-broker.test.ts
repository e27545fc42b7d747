import { ERRORS, errorByCode } from "@letterpress/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { BrokerCluster } from "./broker-cluster.ts";
import type { BrokerProcess } from "./broker-process.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { History } from "./history.ts";
import { KafkaProbe } from "./kafka-probe.ts";
import { KafkaWorkload, readTopic, TOPIC } from "./kafka-workload.ts";

const found = findNatsServer();
const PARTITIONS = 6;
/** A few in the ordinary test run; the long run asks for more. */
const ROUNDS = Number(process.env.LETTERPRESS_ZOMBIE_ROUNDS ?? 2);
/** Short, so that a paused broker is soon taken for gone. */
const SESSION_MS = 4_000;
const REQUEST_TIMEOUT_MS = 1_000;
const WAIT_MS = 60_000;
const PROGRESS_RECORDS = 10;
/** What a fetch waits for that is to be under way when its broker is paused; more than comes meanwhile. */
const MUCH = 50_000_000;

/** What a broker answers that does not lead. */
const MOVED: ReadonlySet<number> = new Set([
  ERRORS.NOT_LEADER_OR_FOLLOWER.code,
  ERRORS.FENCED_LEADER_EPOCH.code,
  ERRORS.NOT_COORDINATOR.code,
  ERRORS.COORDINATOR_NOT_AVAILABLE.code,
]);

interface Answer {
  readonly errorCode: number;
  readonly offset?: bigint;
}

describe.skipIf(found.path === undefined)("a broker that is paused until others lead", () => {
  let cluster: BrokerCluster;
  beforeAll(async () => {
    cluster = await BrokerCluster.start(found.path!, SESSION_MS);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test(`adds nothing and tells nothing that is out of date, ${ROUNDS} times`, {
    timeout: 60_000 + ROUNDS * WAIT_MS,
  }, async () => {
    const history = new History();
    const { addresses, brokers } = cluster;
    await using workload = await KafkaWorkload.start(addresses, PARTITIONS, history, REQUEST_TIMEOUT_MS);
    await workload.progress(PROGRESS_RECORDS, "records to flow", WAIT_MS);
    for (let round = 0; round < ROUNDS; round++) {
      const zombie = brokers[round % brokers.length]!;
      const other = brokers[(round + 1) % brokers.length]!;
      await using probes = new AsyncDisposableStack();
      const open = async ({ kafka }: BrokerProcess) => probes.use(await KafkaProbe.open(kafka));
      const [asked, witness] = [await open(zombie), await open(other)];
      const leads = async () =>
        (await witness.leaders(TOPIC)).partitions.flatMap(({ leaderId }, partition) =>
          leaderId === zombie.nodeId ? [partition] : [],
        );
      await waitFor("every broker to have its share", () => isBalanced(witness, brokers.length), WAIT_MS);
      const partitions = await leads();
      const [partition] = partitions as [number];
      const [group, membersGroup] = await groupsOf(zombie.nodeId, witness, round);
      // A coordinator that takes commits has loaded its groups.
      await settledCommit(asked, group, 1n);
      const member = await asked.joinAlone(membersGroup);

      const produce = async (probe: KafkaProbe, number: number): Promise<Answer> => {
        const value = `zombie-${round}/${number}`;
        history.sent(partition, value);
        const answer = await probe.produce(TOPIC, partition, value);
        if (answer.errorCode === 0) history.acknowledged({ partition, offset: Number(answer.offset), value });
        return answer;
      };
      /** One connection for each question, for none is to wait behind another. */
      const questions = async (number: number) => {
        const lines = await Promise.all(Array.from({ length: 7 }, () => open(zombie)));
        return () => ({
          produce: produce(lines[0]!, number),
          fetch: lines[1]!.fetch(TOPIC, partition, 0n),
          endOffset: lines[2]!.endOffset(TOPIC, partition),
          commit: lines[3]!.commit(group, TOPIC, 0, 1n),
          committed: lines[4]!.committed(group, TOPIC, 0),
          heartbeat: lines[5]!.heartbeat(membersGroup, member),
          join: lines[6]!.join(membersGroup),
        });
      };
      const underWay = [
        (await open(zombie)).fetch(TOPIC, partition, workload.endOf(partition), WAIT_MS, MUCH),
        (await open(zombie)).join(membersGroup).then(({ memberId }) => memberId),
      ] as const;
      const [asleep, awake] = [await questions(1), await questions(2)];
      const appending = produce(await open(zombie), 0);

      zombie.pause();
      const sent = asleep();
      await waitFor("others to lead", async () => (await leads()).length === 0, WAIT_MS);
      await workload.progress(PROGRESS_RECORDS, "the new leaders to append", WAIT_MS);
      // Under load the group may move once more: whoever coordinates it takes the commit.
      await waitFor(
        "another coordinator to take a commit",
        async () => {
          const nodeId = await witness.coordinatorOf(group);
          const successor = brokers.find((broker) => broker.nodeId === nodeId);
          if (successor === undefined || successor === zombie) return false;
          return (await (await open(successor)).commit(group, TOPIC, 0, 2n)).errorCode === 0;
        },
        WAIT_MS,
      );
      const end = workload.endOf(partition);
      zombie.resume();
      const sentAwake = awake();

      // What was sent while it slept is read before it can have heard of anything: all of that has to be refused.
      for (const [what, answer] of Object.entries(await settled(sent))) {
        expect(MOVED, `${what}: ${JSON.stringify(answer, text)}`).toContain(answer.errorCode);
      }
      // Later it may have come to lead again. Then its answers have to be true.
      const later = await settled({ ...sentAwake, underWay: underWay[0] });
      for (const [what, floor] of [
        ["fetch", end],
        ["underWay", end],
        ["endOffset", end],
        ["committed", 2n],
      ] as const) {
        const { errorCode, offset = -1n } = later[what]!;
        if (errorCode === 0) expect(offset, what).toBeGreaterThanOrEqual(floor);
        else expect(MOVED, `${what}: ${errorByCode(errorCode).name}`).toContain(errorCode);
      }
      await appending.catch(() => {});
      console.log(`zombie ${round + 1} of ${ROUNDS}: broker ${zombie.nodeId} had led ${partitions.join()}`);
    }
    await workload.stop(WAIT_MS);
    expect(history.check(await readTopic(addresses, PARTITIONS))).toEqual([]);
  });
});

/** Whether nothing is to be moved any more: partitions with records, and those that the groups live on. */
async function isBalanced(witness: KafkaProbe, brokers: number): Promise<boolean> {
  for (const topic of [TOPIC, "__consumer_offsets"]) {
    const { partitions } = await witness.leaders(topic);
    const counts = new Map<number, number>();
    for (const { leaderId } of partitions) counts.set(leaderId, (counts.get(leaderId) ?? 0) + 1);
    const share = Math.floor(partitions.length / brokers);
    if (counts.size !== brokers || Math.min(...counts.values()) < share) return false;
  }
  return true;
}

/** Two groups that the broker coordinates, of names that no other round uses. */
async function groupsOf(nodeId: number, witness: KafkaProbe, round: number): Promise<[string, string]> {
  const groups: string[] = [];
  for (let number = 0; groups.length < 2 && number < 100; number++) {
    const group = `zombies-${round}-${number}`;
    if ((await witness.coordinatorOf(group)) === nodeId) groups.push(group);
  }
  return groups as [string, string];
}

/** Commits once the coordinator has loaded the group. */
async function settledCommit(probe: KafkaProbe, group: string, offset: bigint): Promise<void> {
  await waitFor(
    `the offset ${offset} to be committed`,
    async () => {
      const { errorCode } = await probe.commit(group, TOPIC, 0, offset);
      return errorCode === 0;
    },
    WAIT_MS,
  );
}

async function settled(answers: Readonly<Record<string, Promise<Answer>>>): Promise<Record<string, Answer>> {
  return Object.fromEntries(
    await Promise.all(Object.entries(answers).map(async ([what, answer]) => [what, await answer] as const)),
  );
}

const text = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
