import { Letterpress } from "@letterpress/client";
import { ERRORS } from "@letterpress/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { BrokerCluster } from "./broker-cluster.ts";
import type { BrokerProcess } from "./broker-process.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { KafkaProbe, NOBODY, type ProbedMember } from "./kafka-probe.ts";

const found = findNatsServer();
const TOPIC = "failover";
const PARTITIONS = 3;
/** One in the ordinary test run; the long run asks for more. */
const ROUNDS = Number(process.env.LETTERPRESS_FAILOVER_ROUNDS ?? 1);
const SESSION_MS = 5_000;
const WAIT_MS = 30_000;
const COMMITS = 100;
const OFFSETS_TOPIC = "__consumer_offsets";
const UNKNOWN_MEMBER_ID = ERRORS.UNKNOWN_MEMBER_ID.code;
const ILLEGAL_GENERATION = ERRORS.ILLEGAL_GENERATION.code;

describe.skipIf(found.path === undefined)("a group whose coordinator is killed while it commits", () => {
  let cluster: BrokerCluster;

  beforeAll(async () => {
    cluster = await BrokerCluster.start(found.path!, SESSION_MS);
    await using client = new Letterpress({ brokers: cluster.addresses });
    await client.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test(`keeps every commit, its members and its generation, ${ROUNDS} times`, {
    timeout: 60_000 + ROUNDS * 2 * WAIT_MS,
  }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const group = `group-${round}`;
      await balanced();
      const coordinatorId = await coordinatorOf(group, -1);
      const coordinator = cluster.broker(coordinatorId);
      await answered(coordinator, group, NOBODY, UNKNOWN_MEMBER_ID);
      const member = await at(coordinator, (probe) => probe.joinAlone(group));
      const progress = new CommitProgress();
      const kill = async () => {
        await waitFor("offsets to be committed", () => progress.acknowledgedCount > COMMITS);
        await coordinator.kill();
      };
      await Promise.all([commitUntilItFails(coordinator, group, member, progress), kill()]);

      const nextId = await coordinatorOf(group, coordinatorId);
      const next = cluster.broker(nextId);
      await answered(next, group, member, 0);
      await at(next, async (probe) => {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const { offset } = await probe.committed(group, TOPIC, partition);
          // What was under way when the coordinator died may be stored; nothing else may differ.
          expect(progress.possible(partition), `partition ${partition}`).toContain(offset);
        }
        const before = { ...member, generationId: member.generationId - 1 };
        expect(await probe.commit(group, TOPIC, 0, 1n, before)).toEqual({ errorCode: ILLEGAL_GENERATION });
        expect(await probe.commit(group, TOPIC, 0, 9_999n, member)).toEqual({ errorCode: 0 });
        expect(await probe.committed(group, TOPIC, 0)).toEqual({ errorCode: 0, offset: 9_999n });
      });
      await nextGenerationFollows(next, group, member);
      await cluster.add(coordinatorId);
    }
  });

  test("leader epochs go up, end where the next one begins, and the topic keeps its id", {
    timeout: 60_000,
  }, async () => {
    await balanced();
    const witness = cluster.brokers[0]!;
    const before = await at(witness, (probe) => probe.leaders(TOPIC));
    const partition = before.partitions.findIndex(({ leaderId }) => leaderId !== witness.nodeId);
    const { leaderId, leaderEpoch } = before.partitions[partition]!;
    const leader = cluster.broker(leaderId);
    let end = 0n;
    await at(leader, async (probe) => {
      await waitFor("the partition to be open", async () => {
        return (await probe.endOffset(TOPIC, partition)).errorCode === 0;
      });
      for (let number = 0; number < 5; number++) {
        const { errorCode, offset } = await probe.produce(TOPIC, partition, `value ${number}`);
        expect(errorCode).toBe(0);
        end = offset + 1n;
      }
      expect(await probe.endOfEpoch(TOPIC, partition, leaderEpoch)).toMatchObject({
        offset: end,
        leaderEpoch,
      });
    });
    await leader.kill();
    await waitFor(
      "another broker to lead",
      async () => {
        const { partitions } = await at(witness, (probe) => probe.leaders(TOPIC));
        const next = partitions[partition]!;
        return next.leaderId >= 0 && next.leaderId !== leaderId;
      },
      WAIT_MS,
    );
    const after = await at(witness, (probe) => probe.leaders(TOPIC));
    expect(after.topicId).toBe(before.topicId);
    const successor = after.partitions[partition]!;
    expect(successor.leaderEpoch).toBeGreaterThan(leaderEpoch);
    const next = cluster.broker(successor.leaderId);
    await at(next, async (probe) => {
      await waitFor("the partition to be served", async () => {
        const value = "value of the successor";
        return (await probe.produce(TOPIC, partition, value)).errorCode === 0;
      });
      expect(await probe.endOfEpoch(TOPIC, partition, leaderEpoch)).toEqual({
        errorCode: 0,
        offset: end,
        leaderEpoch,
      });
      const latest = await probe.endOfEpoch(TOPIC, partition, successor.leaderEpoch);
      expect(latest).toMatchObject({ errorCode: 0, leaderEpoch: successor.leaderEpoch });
      expect(latest.offset).toBeGreaterThan(end);
    });
    await cluster.add(leaderId);
  });

  /** What is about to be killed has to be the leader until then, and the leader of nothing but its share. */
  async function balanced(): Promise<void> {
    await cluster.balanced(OFFSETS_TOPIC);
    await cluster.balanced(TOPIC);
  }

  /** Asks a broker that runs for the coordinator, until it is another than `not`. */
  async function coordinatorOf(group: string, not: number): Promise<number> {
    let nodeId = -1;
    const asked = cluster.brokers.find((broker) => broker.nodeId !== not)!;
    const ask = async () => {
      nodeId = await at(asked, (probe) => probe.coordinatorOf(group));
      return nodeId >= 0 && nodeId !== not;
    };
    await waitFor("the group to have a coordinator", ask, WAIT_MS);
    return nodeId;
  }
});

/** What was told of the commits of each partition. */
class CommitProgress {
  acknowledgedCount = 0;
  readonly #acknowledged = new Map<number, bigint>();
  readonly #attempted = new Map<number, bigint>();

  attempted(partition: number, offset: bigint): void {
    this.#attempted.set(partition, offset);
  }

  acknowledged(partition: number, offset: bigint): void {
    this.#acknowledged.set(partition, offset);
    this.acknowledgedCount++;
  }

  /** The offsets that may be stored: the last one that was acknowledged, and one that was under way behind it. */
  possible(partition: number): (bigint | undefined)[] {
    return [this.#acknowledged.get(partition), this.#attempted.get(partition)];
  }
}

async function commitUntilItFails(
  broker: BrokerProcess,
  group: string,
  member: ProbedMember,
  progress: CommitProgress,
): Promise<void> {
  await using probe = await KafkaProbe.open(broker.kafka);
  for (let offset = 1n; ; offset++) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      progress.attempted(partition, offset);
      const answer = await probe.commit(group, TOPIC, partition, offset, member).catch(() => undefined);
      if (answer === undefined) return;
      expect(answer).toEqual({ errorCode: 0 });
      progress.acknowledged(partition, offset);
    }
  }
}

/** A second member makes a new generation, in which the first one takes part and the old one is fenced. */
async function nextGenerationFollows(
  broker: BrokerProcess,
  group: string,
  member: ProbedMember,
): Promise<void> {
  await using first = await KafkaProbe.open(broker.kafka);
  await using second = await KafkaProbe.open(broker.kafka);
  const { memberId } = await second.join(group);
  const joining = second.join(group, memberId);
  await waitFor("the group to rebalance", async () => {
    return (await first.heartbeat(group, member)).errorCode === ERRORS.REBALANCE_IN_PROGRESS.code;
  });
  const [joined, rejoined] = await Promise.all([joining, first.join(group, member.memberId)]);
  expect(rejoined).toMatchObject({ errorCode: 0, memberId: member.memberId });
  expect(rejoined.generationId).toBeGreaterThan(member.generationId);
  expect(joined.generationId).toBe(rejoined.generationId);
  expect(await first.commit(group, TOPIC, 0, 1n, member)).toEqual({ errorCode: ILLEGAL_GENERATION });
}

/** Waits until the coordinator has loaded the group's partition, and so can say whether it has the member. */
async function answered(
  broker: BrokerProcess,
  group: string,
  member: ProbedMember,
  errorCode: number,
): Promise<void> {
  await waitFor("the group to be loaded", () =>
    at(broker, async (probe) => (await probe.heartbeat(group, member)).errorCode === errorCode),
  );
}

async function at<T>(broker: BrokerProcess, ask: (probe: KafkaProbe) => Promise<T>): Promise<T> {
  await using probe = await KafkaProbe.open(broker.kafka);
  return await ask(probe);
}
