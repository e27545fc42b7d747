import {
  CreatePartitions,
  CreateTopics,
  DeleteRecords,
  DeleteTopics,
  DescribeConfigs,
  DescribeLogDirs,
  DescribeProducers,
  type Fetch,
  InitProducerId,
  ListOffsets,
  OffsetForLeaderEpoch,
  Produce,
} from "@letterpress/protocol";
import { expect, test } from "vitest";
import { batchOf, startMemoryBroker } from "../testing/test-broker.ts";
import { TestClient } from "../testing/test-client.ts";

const NAME = "t";
const partitions = [{ partitionIndex: 0, timestamp: -1n, offset: 0n, partition: 0, leaderEpoch: 0 }];
const unknown = [{ partitionIndex: 7, timestamp: -1n, offset: 0n, partition: 7, leaderEpoch: 0 }];

/** For each API a request that every one of its versions can carry; half of each asks for what is not there. */
const REQUESTS = [
  [
    ListOffsets,
    {
      replicaId: -1,
      topics: [
        { name: NAME, partitions },
        { name: "no", partitions: unknown },
      ],
    },
  ],
  [
    DeleteRecords,
    {
      topics: [
        { name: NAME, partitions },
        { name: "no", partitions: unknown },
      ],
      timeoutMs: 1,
    },
  ],
  [
    OffsetForLeaderEpoch,
    {
      topics: [
        { topic: NAME, partitions },
        { topic: "no", partitions: unknown },
      ],
    },
  ],
  [
    DescribeConfigs,
    {
      resources: [
        { resourceType: 2, resourceName: NAME, configurationKeys: null },
        { resourceType: 4, resourceName: "1", configurationKeys: null },
        { resourceType: 2, resourceName: "no", configurationKeys: null },
      ],
    },
  ],
  [DescribeLogDirs, { topics: null }],
  [DescribeProducers, { topics: [{ name: NAME, partitionIndexes: [0, 9] }] }],
  [InitProducerId, { transactionalId: null, transactionTimeoutMs: 0 }],
  [
    CreateTopics,
    {
      topics: [
        { name: NAME, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
        { name: "v", numPartitions: 0, replicationFactor: 1, assignments: [], configs: [] },
      ],
      timeoutMs: 1,
    },
  ],
  [
    CreatePartitions,
    { topics: [{ name: "no", count: 2, assignments: null }], timeoutMs: 1, validateOnly: true },
  ],
  [DeleteTopics, { timeoutMs: 1 }],
  [
    Produce,
    {
      acks: -1,
      timeoutMs: 1,
      topicData: [
        { name: NAME, partitionData: [{ index: 0, records: batchOf(["a"]) }] },
        { name: "no", partitionData: [{ index: 0, records: batchOf(["a"]) }] },
      ],
    },
  ],
] as const;

test.each(REQUESTS.map(([api, body]) => [api.name, api, body] as const))(
  "%s answers in every version",
  async (_, api, body) => {
    await using broker = await startMemoryBroker();
    await broker.createTopic({ name: NAME, partitions: 1 });
    await using client = await TestClient.connect(broker);
    for (let version = api.versions[0]; version <= api.versions[1]; version++) {
      // The union of APIs has no common request type; the codec checks the body at run time.
      await expect(
        client.send(api as unknown as typeof Fetch, version, body as never),
        `version ${version}`,
      ).resolves.toBeDefined();
    }
  },
);
