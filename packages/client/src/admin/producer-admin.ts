import { DescribeProducers, type ResponseOf } from "@letterpress/protocol";
import { brokerError } from "../broker-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { retrying } from "./retrying.ts";
import { type TopicWriter, writersOf } from "./topic-writers.ts";

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
      return {
        topic,
        partitions: partitionsOf(topic, found),
        writers: writersOf(found.flatMap(({ writers }) => writers)),
      };
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
