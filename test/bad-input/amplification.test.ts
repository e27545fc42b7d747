import { once } from "node:events";
import { connect } from "node:net";
import {
  type Api,
  CreateTopics,
  DescribeConfigs,
  DescribeGroups,
  DescribeLogDirs,
  DescribeProducers,
  decodeResponse,
  ERRORS,
  encodeRequest,
  Fetch,
  FrameDecoder,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
} from "@letterpress/protocol";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const TOPIC = "target";
const PARTITIONS = 10;
const MENTIONS = 20_000;
/** As `offset.metadata.max.bytes` allows. */
const METADATA = "m".repeat(4000);
/** What one mention of everything may take in an answer, all descriptions included. */
const ONCE_BYTES = 128 * 1024;

let letterpress: TestServer;
beforeAll(async () => {
  letterpress = await startTestServer();
  const client = letterpress.client();
  await client.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
  for (let index = 0; index < 20; index++) {
    await client.producer().send({ topic: TOPIC, value: Buffer.from("x".repeat(1000)), partition: 0 });
  }
  await client.close();
  const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: METADATA }];
  const committer = { groupId: "g", memberId: "", generationIdOrMemberEpoch: -1 };
  const { answer } = await ask(OffsetCommit, 7, { ...committer, topics: [{ name: TOPIC, partitions }] });
  const { topics } = decodeResponse(OffsetCommit, 7, answer!).body;
  expect(topics[0]!.partitions[0]!.errorCode).toBe(0);
});
afterAll(() => letterpress.close());

interface Exchange {
  readonly askedBytes: number;
  /** Undefined when the server ended the connection instead. */
  readonly answer: Buffer | undefined;
}

async function ask<ReqInit>(
  api: Api<unknown, ReqInit, unknown, unknown>,
  version: number,
  body: ReqInit,
): Promise<Exchange> {
  const [host, port] = letterpress.kafka.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => {});
  await once(socket, "connect");
  const request = Buffer.concat(encodeRequest(api, version, 1, "bad", body));
  const decoder = new FrameDecoder();
  const answer = await new Promise<Buffer | undefined>((resolve) => {
    socket.on("close", () => resolve(undefined));
    socket.on("data", (chunk: Buffer) => {
      decoder.push(chunk);
      const frame = decoder.next();
      if (frame !== undefined) resolve(frame);
    });
    socket.write(request);
  });
  socket.destroy();
  return { askedBytes: request.length, answer };
}

const times = <T>(item: T): T[] => Array.from({ length: MENTIONS }, () => item);
const indexes = times(0);
const listed = { partitionIndex: 0, timestamp: 0n };
const fetched = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 };
const resource = { resourceType: 2, resourceName: TOPIC, configurationKeys: null };
const created = { name: TOPIC, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
const groups = [{ groupId: "g", topics: [{ name: TOPIC, partitionIndexes: indexes }] }];

test.each([
  ["Metadata", () => ask(Metadata, 9, { topics: times({ name: TOPIC }) })],
  ["DescribeConfigs", () => ask(DescribeConfigs, 4, { resources: times(resource) })],
  ["DescribeGroups", () => ask(DescribeGroups, 5, { groups: times("g") })],
  ["OffsetFetch", () => ask(OffsetFetch, 8, { groups })],
  [
    "OffsetFetch, by topics",
    () => ask(OffsetFetch, 5, { groupId: "g", topics: times({ name: TOPIC, partitionIndexes: [0] }) }),
  ],
  [
    "DescribeProducers",
    () => ask(DescribeProducers, 0, { topics: [{ name: TOPIC, partitionIndexes: indexes }] }),
  ],
  ["DescribeLogDirs", () => ask(DescribeLogDirs, 4, { topics: times({ topic: TOPIC, partitions: [0] }) })],
  [
    "ListOffsets",
    () => ask(ListOffsets, 7, { replicaId: -1, topics: [{ name: TOPIC, partitions: times(listed) }] }),
  ],
  [
    "Fetch",
    () =>
      ask(Fetch, 11, {
        maxWaitMs: 0,
        minBytes: 0,
        isolationLevel: 0,
        forgottenTopicsData: [],
        topics: [{ topic: TOPIC, partitions: times(fetched) }],
      }),
  ],
  ["CreateTopics", () => ask(CreateTopics, 7, { topics: times(created) })],
])("%s answers no more for being told the same thing many times", async (_, send) => {
  const { askedBytes, answer } = await send();
  expect(askedBytes).toBeGreaterThan(MENTIONS);
  expect(answer!.length).toBeLessThan(ONCE_BYTES);
});

test("a request that names more than anybody asks for ends its connection, and nothing else", async () => {
  const topics = Array.from({ length: 200_001 }, (_, index) => ({ name: `${index}` }));
  expect((await ask(Metadata, 9, { topics })).answer).toBeUndefined();
  expect((await ask(Metadata, 9, { topics: topics.slice(0, 1000) })).answer).toBeDefined();
});

test("one request creates a bounded number of partitions", async () => {
  const wide = { ...created, numPartitions: 4000 };
  const topics = ["a", "b", "c", "d"].map((name) => ({ ...wide, name }));
  const { answer } = await ask(CreateTopics, 7, { topics, validateOnly: true });
  const codes = decodeResponse(CreateTopics, 7, answer!).body.topics.map(({ errorCode }) => errorCode);
  expect(codes).toEqual([0, 0, ERRORS.POLICY_VIOLATION.code, ERRORS.POLICY_VIOLATION.code]);
});
