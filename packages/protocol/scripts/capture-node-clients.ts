import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { Kafka, logLevel } from "kafkajs";

/** Runs what kafkajs can do against the broker at `address`. */
export async function runKafkajs(address: string): Promise<void> {
  const kafka = new Kafka({ clientId: "fixture", brokers: [address], logLevel: logLevel.NOTHING });
  const topic = "kafkajs-topic";
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions: 2, configEntries: [{ name: "retention.ms", value: "60000" }] }],
  });
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  await admin.describeCluster();
  await admin.describeConfigs({ includeSynonyms: true, resources: [{ type: 2, name: topic }] });
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: topic, configEntries: [{ name: "retention.ms", value: "70000" }] }],
  });

  const producer = kafka.producer({
    idempotent: true,
    transactionalId: "kafkajs-transaction",
    maxInFlightRequests: 1,
  });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: "k", value: "v", headers: { h: "x" } }] });

  const consumer = kafka.consumer({ groupId: "kafkajs-group", heartbeatInterval: 1 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const seen = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ heartbeat }) => {
      await heartbeat();
      seen.resolve();
    },
  });
  await seen.promise;
  await consumer.commitOffsets([{ topic, partition: 0, offset: "1", metadata: "note" }]);
  await admin.listGroups();
  await admin.describeGroups(["kafkajs-group"]);
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: "in a transaction" }] });
  await transaction.sendOffsets({
    consumerGroupId: "kafkajs-group",
    topics: [{ topic, partitions: [{ partition: 1, offset: "0" }] }],
  });
  await transaction.commit();
  await consumer.disconnect();
  await producer.disconnect();

  await admin.fetchOffsets({ groupId: "kafkajs-group", topics: [topic] });
  await admin.fetchTopicOffsets(topic);
  await admin.fetchTopicOffsetsByTimestamp(topic, 1);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "0" }] });
  await admin.listPartitionReassignments({});
  await admin.deleteGroups(["kafkajs-group"]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

/** Runs what @platformatic/kafka can do against the broker at `address`. */
export async function runPlatformatic(address: string): Promise<void> {
  const base = { clientId: "fixture", bootstrapBrokers: [address], strict: true };
  const topic = "platformatic-topic";
  const admin = new Admin(base);
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
  await admin.createPartitions({ topics: [{ name: topic, count: 3 }] });
  await admin.describeConfigs({
    resources: [{ resourceType: 2, resourceName: topic }],
    includeSynonyms: true,
    includeDocumentation: false,
  });
  await admin.incrementalAlterConfigs({
    resources: [
      {
        resourceType: 2,
        resourceName: topic,
        configs: [{ name: "retention.ms", configOperation: 0, value: "70000" }],
      },
    ],
  });
  await admin.alterConfigs({
    resources: [
      { resourceType: 2, resourceName: topic, configs: [{ name: "retention.ms", value: "80000" }] },
    ],
  });
  await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0, 1] }] });
  await admin.describeClientQuotas({ components: [{ entityType: "client-id", matchType: 2 }] });

  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true });
  await producer.send({ messages: [{ topic, key: "k", value: "v", headers: { h: "x" } }] });

  for (const groupProtocol of ["classic", "consumer"] as const) {
    const groupId = `platformatic-${groupProtocol}`;
    const consumer = new Consumer({ ...base, groupId, groupProtocol, deserializers: stringDeserializers });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
    for await (const message of stream) {
      await message.commit();
      break;
    }
    await admin.listGroups();
    if (groupProtocol === "classic") await admin.describeGroups({ groups: [groupId] });
    await consumer.close(true);
    await admin.listConsumerGroupOffsets({ groups: [groupId] });
  }
  await producer.close();

  await admin.listOffsets({ topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1n }] }] });
  await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 0n }] }] });
  await admin.deleteConsumerGroupOffsets({
    groupId: "platformatic-classic",
    topics: [{ name: topic, partitionIndexes: [0] }],
  });
  await admin.deleteGroups({ groups: ["platformatic-classic"] });
  await admin.deleteTopics({ topics: [topic] });
  await admin.close();
}
