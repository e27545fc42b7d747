import { expect, test } from "vitest";
import { MetadataCache } from "./metadata-cache.ts";

const ID = "00000000-0000-0000-0000-000000000001";
const OTHER_ID = "00000000-0000-0000-0000-000000000002";

function response(leaderId: number, leaderEpoch: number, topicId = ID, errorCode = 0) {
  return {
    throttleTimeMs: 0,
    brokers: [1, 2].map((nodeId) => ({ nodeId, host: "127.0.0.1", port: 9092, rack: null })),
    clusterId: "c",
    controllerId: 1,
    clusterAuthorizedOperations: 0,
    topics: [
      {
        errorCode,
        name: "orders",
        topicId,
        isInternal: false,
        topicAuthorizedOperations: 0,
        partitions:
          errorCode === 0
            ? [
                {
                  errorCode: 0,
                  partitionIndex: 0,
                  leaderId,
                  leaderEpoch,
                  replicaNodes: [1, 2],
                  isrNodes: [1, 2],
                  offlineReplicas: [],
                },
              ]
            : [],
      },
    ],
  };
}

test("a broker that lags behind does not bring a former leader back", () => {
  const cache = new MetadataCache();
  cache.update(response(2, 5));
  cache.update(response(1, 4));
  expect(cache.partition("orders", 0)?.leaderId).toBe(2);
  cache.update(response(1, 6));
  expect(cache.partition("orders", 0)?.leaderId).toBe(1);
});

test("a topic that was deleted and made again starts with its new leader", () => {
  const cache = new MetadataCache();
  cache.update(response(2, 5));
  cache.update(response(1, 0, OTHER_ID));
  expect(cache.partition("orders", 0)?.leaderId).toBe(1);
  expect(cache.topicName(ID)).toBeUndefined();
  expect(cache.topicName(OTHER_ID)).toBe("orders");
});

test("a leader that a broker names is believed when its epoch is newer", () => {
  const cache = new MetadataCache();
  cache.update(response(1, 5));
  expect(cache.setLeader("orders", 0, 2, 5)).toBe(false);
  expect(cache.setLeader("orders", 0, 2, 6)).toBe(true);
  expect(cache.partition("orders", 0)).toMatchObject({ leaderId: 2, leaderEpoch: 6 });
});

test("a topic that is gone is forgotten, and why is remembered", () => {
  const cache = new MetadataCache();
  cache.update(response(1, 5));
  cache.update(response(1, 5, ID, 3));
  expect(cache.topic("orders")).toBeUndefined();
  expect(cache.errorOf("orders")).toMatchObject({ code: "UNKNOWN_TOPIC" });
});

test("an answer without brokers leaves those that are known", () => {
  const cache = new MetadataCache();
  cache.update(response(1, 5));
  cache.update({ ...response(-1, 5), brokers: [] });
  expect(cache.brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2]);
});
