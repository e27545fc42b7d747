import { Letterpress } from "@letterpress/client";
import { ERRORS } from "@letterpress/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { BrokerProcess } from "./broker-process.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { KafkaProbe, type ProbedMember } from "./kafka-probe.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const TOPIC = "failover";
const PARTITIONS = 3;
/** One in the ordinary test run; the long run asks for more. */
const ROUNDS = Number(process.env.LETTERPRESS_FAILOVER_ROUNDS ?? 1);
const SESSION_MS = 5_000;
const WAIT_MS = 30_000;
const COMMITS = 100;
const ILLEGAL_GENERATION = ERRORS.ILLEGAL_GENERATION.code;

describe.skipIf(found.path === undefined)("a group whose coordinator is killed while it commits", () => {
  let nats: NatsCluster;
  let brokers: BrokerProcess[] = [];
  const start = (nodeId: number): Promise<BrokerProcess> =>
    BrokerProcess.start({
      nodeId,
      servers: nats.urls,
      replicas: 1,
      sessionMs: SESSION_MS,
      configs: { "offsets.topic.num.partitions": 3 },
    });

  beforeAll(async () => {
    nats = await NatsCluster.start(found.path!, 1);
    brokers = await Promise.all([1, 2, 3].map(start));
    await using client = new Letterpress({ brokers: brokers.map(({ kafka }) => kafka) });
    const known = async () => (await client.admin().configs.describeCluster()).brokers.length;
    await waitFor("every broker to be known", async () => (await known()) === brokers.length);
    await client.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
    // Offsets can be committed for topics that the coordinator has heard of.
    await waitFor("every broker to know the topic", async () => {
      const known = await Promise.all(brokers.map((broker) => at(broker, (probe) => probe.leaders(TOPIC))));
      return known.every(({ partitions }) => partitions.length === PARTITIONS);
    });
  });
  afterAll(async () => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    await nats?.[Symbol.asyncDispose]();
  });

  test(`keeps every commit, its members and its generation, ${ROUNDS} times`, {
    timeout: 60_000 + ROUNDS * 2 * WAIT_MS,
  }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const group = `group-${round}`;
      const coordinatorId = await coordinatorOf(group, -1);
      const coordinator = brokers.find(({ nodeId }) => nodeId === coordinatorId)!;
      const member = await at(coordinator, (probe) => probe.joinAlone(group));
      const progress = new CommitProgress();
      const committing = commitUntilItFails(coordinator, group, member, progress);
      await waitFor("offsets to be committed", () => progress.acknowledgedCount > COMMITS);
      await coordinator.kill();
      await committing;

      const nextId = await coordinatorOf(group, coordinatorId);
      const next = brokers.find(({ nodeId }) => nodeId === nextId)!;
      await waitFor("the group to be loaded", () =>
        at(next, async (probe) => (await probe.heartbeat(group, member)).errorCode === 0),
      );
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
      brokers = [...brokers.filter((broker) => broker !== coordinator), await start(coordinatorId)];
    }
  });

  test("leader epochs go up, end where the next one begins, and the topic keeps its id", {
    timeout: 60_000,
  }, async () => {
    const [witness] = brokers as [BrokerProcess];
    const before = await at(witness, (probe) => probe.leaders(TOPIC));
    const partition = before.partitions.findIndex(({ leaderId }) => leaderId !== witness.nodeId);
    const { leaderId, leaderEpoch } = before.partitions[partition]!;
    const leader = brokers.find(({ nodeId }) => nodeId === leaderId)!;
    let end = 0n;
    await at(leader, async (probe) => {
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
    const next = brokers.find(({ nodeId }) => nodeId === successor.leaderId)!;
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
    brokers = [...brokers.filter((broker) => broker !== leader), await start(leaderId)];
  });

  /** Asks a broker that runs for the coordinator, until it is another than `not`. */
  async function coordinatorOf(group: string, not: number): Promise<number> {
    let nodeId = -1;
    const asked = brokers.find((broker) => broker.nodeId !== not)!;
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

async function at<T>(broker: BrokerProcess, ask: (probe: KafkaProbe) => Promise<T>): Promise<T> {
  await using probe = await KafkaProbe.open(broker.kafka);
  return await ask(probe);
}
