import {
  type Api,
  ERRORS,
  Fetch,
  ListOffsets,
  Metadata,
  OffsetForLeaderEpoch,
  Produce,
} from "@letterpress/protocol";
import { Reader, Writer } from "@letterpress/wire";
import { expect, test } from "vitest";
import type { Broker } from "../broker.ts";
import { parseBrokerConfig } from "../config/broker-configs.ts";
import { FetchSessionCache } from "../fetch/fetch-session-cache.ts";
import { SILENT_LOGGER } from "../logger.ts";
import { NO_METRICS } from "../metrics.ts";
import { ByteBudget } from "../network/byte-budget.ts";
import { ResponseMemory } from "../network/response-memory.ts";
import { batchOf } from "../testing/test-broker.ts";
import { HANDLERS_BY_KEY } from "./index.ts";

const TOPIC_ID = "6f0d6b2e-5f0b-4c7e-9a0c-5d8a1f1b2c3d";
const TOPIC = { name: "t", id: TOPIC_ID, partitions: 1, isInternal: false };
const BROKERS = [
  { nodeId: 1, host: "one", port: 9092, rack: null },
  { nodeId: 2, host: "two", port: 9092, rack: "b" },
];

/** Broker 1 of two, which knows a topic that broker 2 leads in epoch 3. */
const BROKER = {
  config: parseBrokerConfig({}),
  cluster: {
    clusterId: "cluster",
    nodeId: 1,
    controllerId: 2,
    brokers: () => BROKERS,
    leaderOf: (topic: string) =>
      topic === "t" ? { leaderId: 2, leaderEpoch: 3, replicas: [2, 1], isr: [2] } : undefined,
  },
  topics: {
    get: (name: string) => (name === "t" ? TOPIC : undefined),
    byId: (id: string) => (id === TOPIC_ID ? TOPIC : undefined),
    list: () => [TOPIC],
  },
  partitions: { get: () => undefined, of: () => [] },
  fetchSessions: new FetchSessionCache(10, () => 0),
  logger: SILENT_LOGGER,
  metrics: NO_METRICS,
} as unknown as Broker;

/** Every version's answer, as a client reads it. */
async function answers<Req, ReqInit, Res, ResInit>(
  api: Api<Req, ReqInit, Res, ResInit>,
  min: number,
  body: ReqInit,
  broker = BROKER,
) {
  const read: { readonly version: number; readonly body: Res }[] = [];
  for (let version = min; version <= api.versions[1]; version++) {
    const written = new Writer();
    api.writeRequest(version, written, body);
    const context = {
      broker,
      apiVersion: version,
      clientId: null,
      clientHost: "/127.0.0.1",
      connectionId: 1,
      memory: new ResponseMemory(new ByteBudget(Number.POSITIVE_INFINITY)),
      signal: new AbortController().signal,
    };
    const request = api.readRequest(version, new Reader(written.toBuffer()));
    const answer = new Writer();
    api.writeResponse(
      version,
      answer,
      (await HANDLERS_BY_KEY.get(api.key)!.handle(request, context)) as ResInit,
    );
    read.push({ version, body: api.readResponse(version, new Reader(answer.toBuffer())) });
  }
  return read;
}

const MOVED = ERRORS.NOT_LEADER_OR_FOLLOWER.code;

test("Produce names the leader and where it is, in the versions that can", async () => {
  const topicData = [{ name: "t", partitionData: [{ index: 0, records: batchOf(["a"]) }] }];
  for (const { version, body } of await answers(Produce, 3, { acks: -1, timeoutMs: 1, topicData })) {
    const partition = body.responses[0]!.partitionResponses[0]!;
    expect(partition.errorCode).toBe(MOVED);
    if (version < 10) continue;
    expect(partition.currentLeader).toEqual({ leaderId: 2, leaderEpoch: 3 });
    expect(body.nodeEndpoints).toEqual(BROKERS);
  }
});

test("Fetch names the leader and where it is, by topic name and by id", async () => {
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 10 }];
  const topics = [{ topic: "t", topicId: TOPIC_ID, partitions }];
  const init = { maxWaitMs: 1000, minBytes: 1, isolationLevel: 0, topics, forgottenTopicsData: [] };
  for (const { version, body } of await answers(Fetch, 4, init)) {
    const partition = body.responses[0]!.partitions[0]!;
    expect(partition.errorCode).toBe(MOVED);
    if (version >= 12) expect(partition.currentLeader).toEqual({ leaderId: 2, leaderEpoch: 3 });
    if (version >= 16) expect(body.nodeEndpoints).toEqual(BROKERS);
  }
});

test("offsets are the leader's to tell", async () => {
  const listed = [{ name: "t", partitions: [{ partitionIndex: 0, timestamp: -1n }] }];
  for (const { body } of await answers(ListOffsets, 1, {
    replicaId: -1,
    isolationLevel: 0,
    topics: listed,
  } as never)) {
    expect(body.topics[0]!.partitions[0]!.errorCode).toBe(MOVED);
  }
  const epochs = [{ topic: "t", partitions: [{ partition: 0, leaderEpoch: 0 }] }];
  for (const { body } of await answers(OffsetForLeaderEpoch, 2, { topics: epochs })) {
    expect(body.topics[0]!.partitions[0]!.errorCode).toBe(MOVED);
  }
});

test("Metadata tells every broker, the controller and who leads", async () => {
  for (const { version, body } of await answers(Metadata, 0, { topics: [{ name: "t" }] } as never)) {
    expect(body.brokers).toHaveLength(2);
    if (version >= 1) expect(body.controllerId).toBe(2);
    expect(body.topics[0]!.partitions[0]).toMatchObject({ leaderId: 2, replicaNodes: [2, 1], isrNodes: [2] });
  }
});

/** Broker 1 leads the topic until somebody reads its log: by the time that is done, broker 2 does. */
function deposedByReading(): Broker {
  let leaderId = 1;
  const depose = async <T>(result: T): Promise<T> => {
    leaderId = 2;
    return result;
  };
  const log = {
    startOffset: 0n,
    highWatermark: 5n,
    sizeBytes: 10,
    read: () => depose({ chunks: [Buffer.alloc(1)], sizeBytes: 1, highWatermark: 5n, logStartOffset: 0n }),
    offsetForTimestamp: () => depose({ offset: 3n, timestampMs: 7, leaderEpoch: 3 }),
  };
  const leaderOf = () => ({ leaderId, leaderEpoch: 3, replicas: [1, 2], isr: [1] });
  return {
    ...BROKER,
    cluster: { ...BROKER.cluster, leaderOf },
    partitions: { get: () => ({ topic: TOPIC, index: 0, log }), of: () => [] },
  } as unknown as Broker;
}

test("what was read while another broker came to lead is not told", async () => {
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 10 }];
  const topics = [{ topic: "t", topicId: TOPIC_ID, partitions }];
  const init = { maxWaitMs: 1000, minBytes: 1, isolationLevel: 0, topics, forgottenTopicsData: [] };
  const fetched = await answers(Fetch, Fetch.versions[1], init, deposedByReading());
  expect(fetched[0]!.body.responses[0]!.partitions[0]).toMatchObject({
    errorCode: MOVED,
    highWatermark: -1n,
  });
  const listed = [{ name: "t", partitions: [{ partitionIndex: 0, timestamp: 7n }] }];
  const asked = { replicaId: -1, isolationLevel: 0, topics: listed };
  const [found] = await answers(ListOffsets, ListOffsets.versions[1], asked as never, deposedByReading());
  expect(found!.body.topics[0]!.partitions[0]).toMatchObject({ errorCode: MOVED, offset: -1n });
});
