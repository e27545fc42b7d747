import { ERRORS, Metadata, NIL_UUID, type RequestOf, type ResponseInitOf } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { distinctBy } from "../distinct-by.ts";
import { handler } from "../handler.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";
import type { Topic } from "../topics/topic.ts";
import { topicNameFault } from "../topics/topic-name.ts";

type TopicInit = ResponseInitOf<typeof Metadata>["topics"][number];
type TopicRequest = NonNullable<RequestOf<typeof Metadata>["topics"]>[number];

/**
 * Metadata 0-12. Topics that are asked for and unknown are created where both the broker's configuration and the
 * request allow it; unlike Apache Kafka the answer has them already. Nothing is authorized yet.
 */
export const metadata = handler(Metadata, async (request, { broker, apiVersion }) => {
  const { cluster, topics } = broker;
  const wantsAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0);
  const mayCreate = request.allowAutoTopicCreation && broker.config["auto.create.topics.enable"];
  return {
    brokers: cluster.brokers(),
    clusterId: cluster.clusterId,
    controllerId: cluster.controllerId,
    topics: wantsAll
      ? Array.from(topics.list(), (topic) => describe(broker, topic))
      : await Promise.all(
          distinctBy(request.topics ?? [], keyOf).map((asked) => answer(broker, asked, mayCreate)),
        ),
  };
});

function keyOf({ name, topicId }: TopicRequest): string {
  return name ?? topicId;
}

async function answer(broker: Broker, asked: TopicRequest, mayCreate: boolean): Promise<TopicInit> {
  const { name, topicId } = asked;
  if (name === null) {
    const topic = broker.topics.byId(topicId);
    return topic === undefined ? failed(name, topicId, "UNKNOWN_TOPIC_ID") : describe(broker, topic);
  }
  const topic = broker.topics.get(name);
  if (topic !== undefined) return describe(broker, topic);
  if (topicNameFault(name) !== undefined) return failed(name, NIL_UUID, "INVALID_TOPIC_EXCEPTION");
  if (!mayCreate) return failed(name, NIL_UUID, "UNKNOWN_TOPIC_OR_PARTITION");
  return autoCreate(broker, name);
}

async function autoCreate(broker: Broker, name: string): Promise<TopicInit> {
  try {
    const topic = await broker.topics.create({
      name,
      partitions: broker.config["num.partitions"],
      replicationFactor: broker.config["default.replication.factor"],
    });
    broker.logger.info({ topic: name, partitions: topic.partitions }, "topic created on demand");
    return describe(broker, topic);
  } catch (error) {
    const raced = broker.topics.get(name);
    if (error instanceof BrokerError && raced !== undefined) return describe(broker, raced);
    return failed(name, NIL_UUID, toBrokerError(error).code);
  }
}

function failed(name: string | null, topicId: string, code: keyof typeof ERRORS): TopicInit {
  return { errorCode: ERRORS[code].code, name, topicId, partitions: [] };
}

function describe({ cluster }: Broker, topic: Topic): TopicInit {
  const partitions: TopicInit["partitions"][number][] = [];
  for (let partitionIndex = 0; partitionIndex < topic.partitions; partitionIndex++) {
    const leadership = cluster.leaderOf(topic.name, partitionIndex);
    const leaderId = leadership?.leaderId ?? -1;
    partitions.push({
      errorCode: leaderId < 0 ? ERRORS.LEADER_NOT_AVAILABLE.code : 0,
      partitionIndex,
      leaderId,
      leaderEpoch: leadership?.leaderEpoch ?? -1,
      replicaNodes: leadership?.replicas ?? [],
      isrNodes: leadership?.isr ?? [],
    });
  }
  return { errorCode: 0, name: topic.name, topicId: topic.id, isInternal: topic.isInternal, partitions };
}
