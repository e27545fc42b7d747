import {
  AlterConfigs,
  ApiVersions,
  CreatePartitions,
  CreateTopics,
  DeleteRecords,
  DeleteTopics,
  DescribeCluster,
  DescribeConfigs,
  DescribeGroups,
  DescribeLogDirs,
  ERRORS,
  IncrementalAlterConfigs,
  Metadata,
  OffsetFetch,
  OffsetForLeaderEpoch,
} from "@letterpress/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunningBroker } from "../running-broker.ts";
import { batchOf, startMemoryBroker } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";
import { API_VERSION_RANGES } from "./index.ts";

const TOPIC_RESOURCE = 2;
const BROKER_RESOURCE = 4;
let broker: RunningBroker;
let client: TestClient;

beforeEach(async () => {
  broker = await startMemoryBroker({ config: { "log.retention.ms": "5000" } });
  client = await TestClient.connect(broker);
});
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await broker.close();
});

interface CreateOptions {
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly configs?: { name: string; value: string | null }[];
  readonly assignments?: { partitionIndex: number; brokerIds: number[] }[];
  readonly validateOnly?: boolean;
}

async function create(name: string, options: CreateOptions = {}) {
  const { numPartitions = 1, replicationFactor = 1, configs = [], assignments = [], validateOnly } = options;
  const topics = [{ name, numPartitions, replicationFactor, configs, assignments }];
  const response = await client.send(CreateTopics, 7, {
    topics,
    timeoutMs: 1000,
    validateOnly: validateOnly ?? false,
  });
  return response.topics[0]!;
}

async function metadata(name: string | null, allowAutoTopicCreation = false, version = 12) {
  const topics = name === null ? null : [{ name }];
  return client.send(Metadata, version, {
    topics,
    allowAutoTopicCreation,
    includeTopicAuthorizedOperations: false,
  });
}

test("ApiVersions tells exactly the versions that are served, and answers unknown versions in version 0", async () => {
  const known = await client.send(ApiVersions, 3, {
    clientSoftwareName: "test",
    clientSoftwareVersion: "1.0",
  });
  expect(known.apiKeys).toEqual(API_VERSION_RANGES);
  const unknown = Buffer.alloc(15);
  unknown.writeInt32BE(11, 0);
  unknown.writeInt16BE(ApiVersions.key, 4);
  unknown.writeInt16BE(77, 6);
  unknown.writeInt32BE(2, 8);
  unknown.writeInt16BE(-1, 12);
  const frame = await client.sendRaw([unknown]);
  expect(frame.readInt16BE(4)).toBe(ERRORS.UNSUPPORTED_VERSION.code);
});

test("a created topic is described alike by every version of Metadata", async () => {
  expect(await create("orders", { numPartitions: 3 })).toMatchObject({ errorCode: 0, numPartitions: 3 });
  for (let version = 0; version <= 12; version++) {
    const { topics, brokers } = await client.send(Metadata, version, {
      topics: [{ name: "orders" }],
    } as never);
    expect(topics[0]!.partitions.map(({ leaderId }) => leaderId)).toEqual([1, 1, 1]);
    expect(brokers).toMatchObject([{ nodeId: 1, host: "127.0.0.1", port: broker.port }]);
  }
});

test("topics are created on demand only where broker and request allow it", async () => {
  expect((await metadata("unknown", true)).topics[0]!.errorCode).toBe(ERRORS.UNKNOWN_TOPIC_OR_PARTITION.code);
  await using open = await startMemoryBroker({
    config: { "auto.create.topics.enable": "true", "num.partitions": "4" },
  });
  await using other = await TestClient.connect(open);
  const ask = (allowAutoTopicCreation: boolean, name = "made") =>
    other.send(Metadata, 8, { topics: [{ name }], allowAutoTopicCreation } as never);
  expect((await ask(false)).topics[0]!.errorCode).toBe(ERRORS.UNKNOWN_TOPIC_OR_PARTITION.code);
  const [first, second] = await Promise.all([ask(true), ask(true)]);
  for (const { topics } of [first, second]) expect(topics[0]!.partitions).toHaveLength(4);
  expect((await ask(true, "no/good")).topics[0]!.errorCode).toBe(ERRORS.INVALID_TOPIC_EXCEPTION.code);
});

test.each([
  ["..", {}, "INVALID_TOPIC_EXCEPTION"],
  ["a/b", {}, "INVALID_TOPIC_EXCEPTION"],
  ["x".repeat(250), {}, "INVALID_TOPIC_EXCEPTION"],
  ["t", { numPartitions: 0 }, "INVALID_PARTITIONS"],
  ["t", { replicationFactor: 2 }, "INVALID_REPLICATION_FACTOR"],
  ["t", { configs: [{ name: "retention.ms", value: "soon" }] }, "INVALID_CONFIG"],
  ["t", { configs: [{ name: "no.such.config", value: "1" }] }, "INVALID_CONFIG"],
  ["t", { configs: [{ name: "letterpress.schema.violation", value: "drop" }] }, "INVALID_CONFIG"],
  [
    "t",
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [9] }] },
    "INVALID_REPLICA_ASSIGNMENT",
  ],
] as const)("topic %j with %j is refused as %s", async (name, options, code) => {
  const refused = await create(name, options as CreateOptions);
  expect(refused.errorCode).toBe(ERRORS[code].code);
  expect(refused.errorMessage).not.toBe("");
  expect(broker.topics.get(name)).toBeUndefined();
});

test("a topic exists once, collides with its like, and is only checked when asked so", async () => {
  expect((await create("a.b", { validateOnly: true })).errorCode).toBe(0);
  expect(broker.topics.get("a.b")).toBeUndefined();
  await create("a.b");
  expect((await create("a.b")).errorCode).toBe(ERRORS.TOPIC_ALREADY_EXISTS.code);
  expect((await create("a_b")).errorCode).toBe(ERRORS.INVALID_TOPIC_EXCEPTION.code);
});

test("a topic that is deleted and made again is another one, without its records", async () => {
  const first = await create("again");
  await broker.partition("again", 0)!.append(batchOf(["old"]), { acks: -1 });
  const byId = { topics: [{ name: null, topicId: first.topicId }], timeoutMs: 1000 };
  expect((await client.send(DeleteTopics, 6, byId)).responses[0]).toMatchObject({
    errorCode: 0,
    name: "again",
  });
  expect((await client.send(DeleteTopics, 6, byId)).responses[0]!.errorCode).toBe(
    ERRORS.UNKNOWN_TOPIC_ID.code,
  );
  const second = await create("again");
  expect(second.topicId).not.toBe(first.topicId);
  expect(broker.partition("again", 0)!.log.endOffset).toBe(0n);
});

test("partitions can only become more", async () => {
  await create("grow", { numPartitions: 2 });
  const grow = async (count: number) => {
    const topics = [{ name: "grow", count, assignments: null }];
    return (await client.send(CreatePartitions, 3, { topics, timeoutMs: 1, validateOnly: false }))
      .results[0]!;
  };
  expect((await grow(5)).errorCode).toBe(0);
  expect((await grow(4)).errorCode).toBe(ERRORS.INVALID_PARTITIONS.code);
  expect((await metadata("grow")).topics[0]!.partitions).toHaveLength(5);
  expect(broker.partition("grow", 4)).toBeDefined();
});

async function describeConfig(name: string, resourceName: string, resourceType = TOPIC_RESOURCE) {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }];
  const response = await client.send(DescribeConfigs, 4, {
    resources,
    includeSynonyms: true,
    includeDocumentation: true,
  });
  return response.results[0]!.configs[0];
}

test("configurations are described with their sources, and changed one by one or as a whole", async () => {
  await create("conf", { configs: [{ name: "confluent.value.schema.validation", value: "true" }] });
  expect(await describeConfig("letterpress.value.schema.validation", "conf")).toMatchObject({ value: "id" });
  expect(await describeConfig("retention.ms", "conf")).toMatchObject({
    value: "5000",
    configSource: 4,
    synonyms: [
      { name: "log.retention.ms", value: "5000", source: 4 },
      { name: "log.retention.ms", value: "604800000", source: 5 },
    ],
  });
  const change = async (name: string, configOperation: number, value: string | null) => {
    const resources = [
      { resourceType: TOPIC_RESOURCE, resourceName: "conf", configs: [{ name, configOperation, value }] },
    ];
    return (await client.send(IncrementalAlterConfigs, 1, { resources, validateOnly: false })).responses[0]!
      .errorCode;
  };
  expect(await change("retention.ms", 0, "-1")).toBe(0);
  expect(await change("cleanup.policy", 2, "compact")).toBe(0);
  expect(await describeConfig("retention.ms", "conf")).toMatchObject({ value: "-1", configSource: 1 });
  expect(await describeConfig("cleanup.policy", "conf")).toMatchObject({ value: "delete,compact" });
  expect(await change("retention.ms", 1, null)).toBe(0);
  expect(await change("retention.ms", 2, "1")).toBe(ERRORS.INVALID_CONFIG.code);
  expect(await change("segment.bytes", 0, "1")).toBe(ERRORS.INVALID_CONFIG.code);
  const configs = [{ name: "segment.ms", value: "60000" }];
  const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: "conf", configs }];
  await client.send(AlterConfigs, 2, { resources, validateOnly: false });
  expect(broker.topics.get("conf")!.overrides).toEqual({ "segment.ms": "60000" });
  expect(await describeConfig("num.partitions", "1", BROKER_RESOURCE)).toMatchObject({
    value: "1",
    readOnly: true,
  });
});

test("records are deleted up to an offset, and never beyond the end", async () => {
  await create("trim");
  for (const value of ["a", "b", "c"])
    await broker.partition("trim", 0)!.append(batchOf([value]), { acks: -1 });
  const trim = async (offset: bigint) => {
    const topics = [{ name: "trim", partitions: [{ partitionIndex: 0, offset }] }];
    return (await client.send(DeleteRecords, 2, { topics, timeoutMs: 1 })).topics[0]!.partitions[0]!;
  };
  expect(await trim(2n)).toMatchObject({ errorCode: 0, lowWatermark: 2n });
  expect((await trim(9n)).errorCode).toBe(ERRORS.OFFSET_OUT_OF_RANGE.code);
  expect(await trim(-1n)).toMatchObject({ errorCode: 0, lowWatermark: 3n });
});

test("the cluster, its log folder and its epochs are described", async () => {
  await create("seen");
  await broker.partition("seen", 0)!.append(batchOf(["a"]), { acks: -1 });
  const cluster = await client.send(DescribeCluster, 0, { includeClusterAuthorizedOperations: false });
  expect(cluster).toMatchObject({ clusterId: broker.clusterId, controllerId: 1, brokers: [{ brokerId: 1 }] });
  const { results } = await client.send(DescribeLogDirs, 4, { topics: [{ topic: "seen", partitions: [0] }] });
  expect(results[0]!.topics[0]!.partitions[0]!.partitionSize).toBeGreaterThan(60n);
  const partitions = [{ partition: 0, leaderEpoch: 0 }];
  const epochs = await client.send(OffsetForLeaderEpoch, 4, { topics: [{ topic: "seen", partitions }] });
  expect(epochs.topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 1n });
});

test("what is asked for again and again in one request is described once", async () => {
  await create("wide", { numPartitions: 100 });
  const often = <T>(item: T): T[] => Array.from({ length: 20_000 }, () => item);
  const { topics } = await client.send(Metadata, 8, { topics: often({ name: "wide" }) } as never);
  expect(topics.map(({ partitions }) => partitions.length)).toEqual([100]);
  const { results } = await client.send(DescribeConfigs, 4, {
    resources: often({
      resourceType: BROKER_RESOURCE,
      resourceName: String(broker.nodeId),
      configurationKeys: null,
    }),
    includeSynonyms: true,
    includeDocumentation: true,
  });
  expect(results).toHaveLength(1);
  expect((await client.send(DescribeGroups, 5, { groups: often("g") })).groups).toHaveLength(1);
  const asked = { groups: often({ groupId: "g", topics: null }) };
  expect((await client.send(OffsetFetch, 8, asked)).groups).toHaveLength(1);
});
