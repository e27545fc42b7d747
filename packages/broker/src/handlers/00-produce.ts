import { ERRORS, Produce, type RequestOf, type ResponseInitOf } from "@letterpress/protocol";
import { ATTRIBUTES_AT, PRODUCER_ID_AT } from "@letterpress/wire";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { ConnectionFault } from "../connection-fault.ts";
import { handler, type RequestContext } from "../handler.ts";
import { type LocatedPartition, locatePartition } from "../partition/locate-partition.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

type Request = RequestOf<typeof Produce>;
type TopicInit = ResponseInitOf<typeof Produce>["responses"][number];
type PartitionInit = TopicInit["partitionResponses"][number];
type PartitionData = Request["topicData"][number]["partitionData"][number];

const MAGIC_V2_SINCE = 3;
const ZSTD_SINCE = 7;
const CURRENT_LEADER_SINCE = 10;
const COMPRESSION_MASK = 0x07;
const ZSTD = 4;

/**
 * Produce 0-11. Versions below 3 carry message formats that are not stored: they are advertised, because clients
 * take them for a sign of others (KIP-896), and refused. Transactions are not served.
 */
export const produce = handler(Produce, async (request, context) => {
  const { broker, apiVersion } = context;
  const refusal = refusalOf(request, apiVersion);
  const responses = await Promise.all(
    request.topicData.map(async ({ name, partitionData }): Promise<TopicInit> => {
      const appends = partitionData.map((data) =>
        append(broker, name, data, { acks: request.acks, apiVersion, refusal }),
      );
      return { name, partitionResponses: await Promise.all(appends) };
    }),
  );
  noteWriters(request, responses, context);
  if (request.acks === 0) {
    refuseSilently(responses);
    return undefined;
  }
  const hasMoved = responses.some(({ partitionResponses }) =>
    partitionResponses.some(({ currentLeader }) => currentLeader !== undefined),
  );
  return { responses, ...(hasMoved ? { nodeEndpoints: broker.cluster.brokers() } : {}) };
});

function refusalOf(request: Request, apiVersion: number): BrokerError | undefined {
  const { acks, transactionalId } = request;
  if (apiVersion < MAGIC_V2_SINCE) {
    return new BrokerError(
      "UNSUPPORTED_VERSION",
      "Produce below version 3 carries formats that are not stored",
    );
  }
  if (acks !== -1 && acks !== 0 && acks !== 1) {
    return new BrokerError("INVALID_REQUIRED_ACKS", `acks ${acks} are none of 0, 1 and -1`);
  }
  if (transactionalId !== null) {
    return new BrokerError("INVALID_TXN_STATE", "transactions are not supported by this build");
  }
  return undefined;
}

interface AppendTerms {
  readonly acks: number;
  readonly apiVersion: number;
  readonly refusal: BrokerError | undefined;
}

/** Hands the batch to its partition at once, so that batches are appended in the order of their requests. */
async function append(
  broker: Broker,
  topic: string,
  { index, records }: PartitionData,
  { acks, apiVersion, refusal }: AppendTerms,
): Promise<PartitionInit> {
  try {
    if (refusal !== undefined) throw refusal;
    const { partition, leadership } = locateWritable(broker, topic, index, acks);
    if (records === null || records.length === 0) {
      throw new BrokerError("INVALID_RECORD", "the request carries no record batch");
    }
    if (apiVersion < ZSTD_SINCE && ((records[ATTRIBUTES_AT + 1] ?? 0) & COMPRESSION_MASK) === ZSTD) {
      throw new BrokerError("UNSUPPORTED_COMPRESSION_TYPE", "zstd needs Produce version 7 or later");
    }
    const appended = await partition.append(records, {
      acks: acks as -1 | 0 | 1,
      leaderEpoch: leadership.leaderEpoch,
    });
    return {
      index,
      errorCode: 0,
      baseOffset: appended.baseOffset,
      logAppendTimeMs: BigInt(appended.logAppendTimeMs),
      logStartOffset: appended.logStartOffset,
    };
  } catch (error) {
    return failed(broker, topic, index, toBrokerError(error), apiVersion);
  }
}

/** Notes what the client says of its schemas, for topics that it has written something to. */
function noteWriters({ topicData }: Request, responses: readonly TopicInit[], context: RequestContext): void {
  for (const [topicIndex, { name, partitionData, writerSchemas }] of topicData.entries()) {
    if (writerSchemas.length === 0) continue;
    const stored = responses[topicIndex]!.partitionResponses.findIndex(({ errorCode }) => errorCode === 0);
    if (stored < 0) continue;
    const producerId = partitionData[stored]!.records!.readBigInt64BE(PRODUCER_ID_AT);
    context.broker.writers.declare(name, context, producerId, writerSchemas);
  }
}

/** The broker's own state topics, as Kafka names them. */
const OWN_STATE_PREFIX = "__";

function locateWritable(broker: Broker, topic: string, index: number, acks: number): LocatedPartition {
  const located = locatePartition(broker, topic, index);
  const { config, isInternal } = located.partition.topic;
  // State that is not the broker's own may be written: copying a registry is copying its topic.
  if (isInternal && topic.startsWith(OWN_STATE_PREFIX)) {
    throw new BrokerError("INVALID_TOPIC_EXCEPTION", `${topic} is internal: clients cannot write to it`);
  }
  const { isr, replicas } = located.leadership;
  // As in Apache Kafka, a topic that asks for more replicas than it has asks for all of them.
  const copies = Math.min(config["min.insync.replicas"], replicas.length);
  if (acks === -1 && copies > 1 && !broker.cluster.canKeep(topic, index, copies)) {
    throw new BrokerError(
      "NOT_ENOUGH_REPLICAS",
      `min.insync.replicas asks for ${copies} replicas in sync; of ${replicas.length}, ${isr.length} were at the last look`,
    );
  }
  return located;
}

function failed(
  broker: Broker,
  topic: string,
  index: number,
  error: BrokerError,
  apiVersion: number,
): PartitionInit {
  if (error.code === "UNKNOWN_SERVER_ERROR" || error.code === "KAFKA_STORAGE_ERROR") {
    broker.logger.error({ topic, partition: index, err: error }, "an append failed");
  }
  const tellsLeader = apiVersion >= CURRENT_LEADER_SINCE && error.code === "NOT_LEADER_OR_FOLLOWER";
  const leader = tellsLeader ? broker.cluster.leaderOf(topic, index) : undefined;
  return {
    index,
    errorCode: error.errorCode,
    baseOffset: -1n,
    recordErrors: error.recordErrors.map(({ index: batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    })),
    errorMessage: error.message || ERRORS[error.code].description,
    ...(leader === undefined
      ? {}
      : { currentLeader: { leaderId: leader.leaderId, leaderEpoch: leader.leaderEpoch } }),
  };
}

/** With acks=0 the only sign that a client can be given is the end of its connection; it then asks for metadata. */
function refuseSilently(responses: readonly TopicInit[]): void {
  for (const { name, partitionResponses } of responses) {
    const refused = partitionResponses.find(({ errorCode }) => errorCode !== 0);
    if (refused !== undefined) {
      throw new ConnectionFault(
        "acks-0-refused",
        `an append with acks=0 to ${name} failed: ${refused.errorMessage}`,
      );
    }
  }
}
