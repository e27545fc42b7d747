import { DescribeProducers, type ResponseOf } from "@letterpress/protocol";
import { readWriterDeclarations, type WriterDeclaration } from "@letterpress/schema";
import { brokerError } from "../broker-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { retrying } from "./retrying.ts";

/** An idempotent producer that the log of a partition knows; most logs forget it a day after its last record. */
export interface ActiveProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The sequence of its last record; -1 when that is not known. */
  readonly lastSequence: number;
  /** Milliseconds since the epoch; -1 when that is not known. */
  readonly lastTimestampMs: number;
  /** The offset at which its open transaction begins; undefined without one. */
  readonly transactionStartOffset: bigint | undefined;
}

export interface PartitionProducers {
  readonly partition: number;
  readonly activeProducers: readonly ActiveProducer[];
}

/** A client that has said which schemas it writes a topic with, as typed producers do. */
export interface TopicWriter {
  readonly clientId: string | undefined;
  readonly clientHost: string;
  /** Undefined for a client that is not idempotent. */
  readonly producerId: bigint | undefined;
  /** Milliseconds since the epoch. */
  readonly declaredAtMs: number;
  /**
   * When it hung up, in milliseconds since the epoch; undefined while it has not, also when its broker has closed an
   * idle connection: it comes back with its next record.
   */
  readonly leftAtMs: number | undefined;
  readonly schemas: readonly WriterDeclaration[];
}

export interface TopicProducers {
  readonly topic: string;
  /** Ascending. */
  readonly partitions: readonly PartitionProducers[];
  /** Each once, whichever brokers know it; empty from brokers that do not know of declarations. */
  readonly writers: readonly TopicWriter[];
}

type TopicAnswer = ResponseOf<typeof DescribeProducers>["topics"][number];

/** Tells who produces. All methods throw `LetterpressError`. */
export class ProducerAdmin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * The producers of a topic, as the leaders of its partitions know them (KIP-664). Throws `UNKNOWN_TOPIC`, and
   * `UNSUPPORTED_VERSION` for brokers older than Kafka 2.8.
   */
  describe(topic: string): Promise<TopicProducers> {
    return retrying(this.#cluster, async () => {
      const { partitions } = await this.#cluster.topic(topic);
      const byLeader = Map.groupBy(partitions, ({ leaderId }) => leaderId);
      const answers = await Promise.all(
        [...byLeader].map(async ([leaderId, led]) => {
          const connection = await this.#cluster.node(leaderId);
          const partitionIndexes = led.map(({ partition }) => partition);
          const response = await connection.request(DescribeProducers, {
            topics: [{ name: topic, partitionIndexes }],
          });
          return response.topics;
        }),
      );
      const found = answers.flat();
      return { topic, partitions: partitionsOf(topic, found), writers: writersOf(found) };
    });
  }
}

function partitionsOf(topic: string, answers: readonly TopicAnswer[]): PartitionProducers[] {
  return answers
    .flatMap(({ partitions }) => partitions)
    .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
    .map(({ partitionIndex, errorCode, errorMessage, activeProducers }) => {
      if (errorCode !== 0) {
        const what = `cannot describe the producers of ${topic}-${partitionIndex}`;
        throw brokerError(errorCode, what, { topic, brokerMessage: errorMessage });
      }
      return { partition: partitionIndex, activeProducers: activeProducers.map(activeProducer) };
    });
}

function activeProducer(
  producer: TopicAnswer["partitions"][number]["activeProducers"][number],
): ActiveProducer {
  const { producerId, producerEpoch, lastSequence, lastTimestamp, currentTxnStartOffset } = producer;
  return {
    producerId,
    producerEpoch,
    lastSequence,
    lastTimestampMs: Number(lastTimestamp),
    transactionStartOffset: currentTxnStartOffset < 0n ? undefined : currentTxnStartOffset,
  };
}

/**
 * A client has one connection to each leader, and what it writes with it tells to each: it is listed once, with its
 * latest word, and as gone only when it has left every broker.
 */
function writersOf(answers: readonly TopicAnswer[]): TopicWriter[] {
  const found = new Map<string, TopicWriter>();
  for (const { clientId, clientHost, producerId, declaredAtMs, leftAtMs, writerSchemas } of answers.flatMap(
    ({ writers }) => writers,
  )) {
    const schemas = readWriterDeclarations(writerSchemas);
    if (schemas === undefined) continue;
    const writer: TopicWriter = {
      clientId: clientId ?? undefined,
      clientHost,
      producerId: producerId < 0n ? undefined : producerId,
      declaredAtMs: Number(declaredAtMs),
      leftAtMs: leftAtMs < 0n ? undefined : Number(leftAtMs),
      schemas,
    };
    const told = writerSchemas.toString("latin1");
    const key = producerId < 0n ? `${clientId} ${clientHost} ${told}` : `${producerId}`;
    const known = found.get(key);
    if (known === undefined || isNewer(writer, known)) found.set(key, writer);
  }
  return [...found.values()];
}

function isNewer(writer: TopicWriter, known: TopicWriter): boolean {
  const [isConnected, wasConnected] = [writer, known].map(({ leftAtMs }) => leftAtMs === undefined);
  return isConnected === wasConnected ? writer.declaredAtMs > known.declaredAtMs : isConnected === true;
}
