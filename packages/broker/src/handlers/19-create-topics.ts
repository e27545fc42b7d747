import { CreateTopics, ERRORS, type RequestOf, type ResponseInitOf } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { describeTopicConfig } from "../config/describe-config.ts";
import { distinctBy } from "../distinct-by.ts";
import { handler } from "../handler.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";
import { PARTITIONS_MAX } from "../topics/partition-count.ts";
import type { Topic } from "../topics/topic.ts";

type TopicRequest = RequestOf<typeof CreateTopics>["topics"][number];
type TopicInit = ResponseInitOf<typeof CreateTopics>["topics"][number];

/** What one request may create in all its topics together: each partition is a log to open, and each topic is described. */
const REQUEST_PARTITIONS_MAX = PARTITIONS_MAX;

/**
 * CreateTopics 0-7. Manual assignments are checked, and say how many copies there are to be; brokers then place the
 * partitions by themselves.
 */
export const createTopics = handler(CreateTopics, async ({ topics, validateOnly }, { broker }) => {
  const mentions = new Map<string, number>();
  for (const { name } of topics) mentions.set(name, (mentions.get(name) ?? 0) + 1);
  const results: TopicInit[] = [];
  let leftPartitions = REQUEST_PARTITIONS_MAX;
  for (const request of distinctBy(topics, ({ name }) => name)) {
    const isRepeated = mentions.get(request.name)! > 1;
    const result = await create(broker, request, { isRepeated, leftPartitions, validateOnly });
    results.push(result);
    leftPartitions -= result.numPartitions ?? 0;
  }
  return { topics: results };
});

interface CreateOptions {
  readonly isRepeated: boolean;
  /** What the topics before it have left of the request's limit. */
  readonly leftPartitions: number;
  readonly validateOnly: boolean;
}

async function create(
  broker: Broker,
  request: TopicRequest,
  { isRepeated, leftPartitions, validateOnly }: CreateOptions,
): Promise<TopicInit> {
  const { name } = request;
  try {
    if (isRepeated) throw new BrokerError("INVALID_REQUEST", `topic ${name} is named more than once`);
    const spec = { name, configs: request.configs, ...layoutOf(broker, request) };
    if (spec.partitions > leftPartitions && spec.partitions <= PARTITIONS_MAX) {
      throw new BrokerError(
        "POLICY_VIOLATION",
        `one request creates at most ${REQUEST_PARTITIONS_MAX} partitions; create ${name} by another`,
      );
    }
    const topic = await (validateOnly ? broker.topics.validate(spec) : broker.topics.create(spec));
    return created(broker, topic);
  } catch (error) {
    const { errorCode, message } = toBrokerError(error);
    return {
      name,
      errorCode,
      errorMessage: message,
      // The configurations are withheld, as an error of their own says.
      topicConfigErrorCode: ERRORS.NONE.code,
      configs: null,
    };
  }
}

function created(broker: Broker, topic: Topic): TopicInit {
  return {
    name: topic.name,
    topicId: topic.id,
    errorCode: 0,
    errorMessage: null,
    numPartitions: topic.partitions,
    replicationFactor: topic.replicationFactor,
    configs: describeTopicConfig(topic, broker.config.texts).map(({ name, value, source }) => ({
      name,
      value,
      readOnly: false,
      configSource: source,
      isSensitive: false,
    })),
  };
}

/** How many partitions and replicas: what the request says, what its assignments imply, or the broker's defaults. */
function layoutOf(broker: Broker, request: TopicRequest) {
  const { numPartitions, replicationFactor, assignments } = request;
  if (assignments.length === 0) {
    const replicas =
      replicationFactor === -1 ? broker.config["default.replication.factor"] : replicationFactor;
    const partitions = numPartitions === -1 ? broker.config["num.partitions"] : numPartitions;
    return { partitions, replicationFactor: replicas };
  }
  if (numPartitions !== -1 || replicationFactor !== -1) {
    throw new BrokerError("INVALID_REQUEST", "assignments come with partitions and replication factor -1");
  }
  const brokerIds = new Set(broker.cluster.brokers().map(({ nodeId }) => nodeId));
  const replicas = assignments[0]!.brokerIds.length;
  const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex));
  const isConsecutive =
    indexes.size === assignments.length && assignments.every((_, index) => indexes.has(index));
  const isPlaceable = assignments.every(
    ({ brokerIds: ids }) =>
      ids.length === replicas && new Set(ids).size === ids.length && ids.every((id) => brokerIds.has(id)),
  );
  if (!isConsecutive || !isPlaceable || replicas === 0) {
    throw new BrokerError(
      "INVALID_REPLICA_ASSIGNMENT",
      "assignments number the partitions from 0, and give each the same number of known brokers",
    );
  }
  return { partitions: assignments.length, replicationFactor: replicas };
}
