import type { PartitionLog, ProducerSnapshot } from "@letterpress/log";
import type { RecordBatchHeader } from "@letterpress/wire";
import { BrokerError } from "../broker-error.ts";
import type { BrokerMetrics } from "../metrics.ts";
import type { Topic } from "../topics/topic.ts";
import type { TopicCatalog } from "../topics/topic-catalog.ts";
import { topicNameFault } from "../topics/topic-name.ts";
import { deadLetterBatches, type FaultyBatch } from "./dead-letter.ts";
import type { Partition } from "./partition.ts";
import type { PartitionStore } from "./partition-store.ts";

/** Where dead letters can go, once the broker has its topics. */
export interface DeadLetterHomes {
  readonly topics: TopicCatalog;
  readonly partitions: PartitionStore;
}

const DEFAULT_SUFFIX = ".dlq";
const SEQUENCES = 2 ** 31;

/** Stores the records that failed validation in the dead-letter topics of their topics. */
export class DeadLetterOffice {
  readonly #metrics: BrokerMetrics;
  #homes: DeadLetterHomes | undefined;

  constructor(metrics: BrokerMetrics) {
    this.#metrics = metrics;
  }

  /** Says where topics and partitions are found; until then nothing can be stored. */
  open(homes: DeadLetterHomes): void {
    this.#homes = homes;
  }

  /**
   * Stores every record at fault; resolves once all are as durable as acks=-1 makes them. Dead letters are not checked, so
   * that none gives rise to others.
   *
   * @throws BrokerError when the dead-letter topic cannot take them; LogError from its log.
   */
  async store(source: Topic, batch: FaultyBatch, nowMs: number): Promise<void> {
    const { topic, log } = await this.#partitionFor(source);
    for (const letters of deadLetterBatches(batch, nowMs)) {
      this.#metrics.recordsIn(topic.name, batch.faults.length, letters.length);
      await log.append(letters, { acks: -1 });
    }
  }

  async #partitionFor(source: Topic): Promise<Partition> {
    const name = source.config["letterpress.dead.letter.topic"] || `${source.name}${DEFAULT_SUFFIX}`;
    const fault = name === source.name ? "is the topic itself" : topicNameFault(name);
    if (fault !== undefined) throw refusal(name, fault);
    if (this.#homes === undefined) throw unavailable(name, "the broker is starting");
    const { topics, partitions } = this.#homes;
    const topic = topics.get(name) ?? (await create(topics, name, source.replicationFactor));
    if (topic.isInternal) throw refusal(name, "holds the server's own state");
    if (topic.config["cleanup.policy"].includes("compact")) {
      throw refusal(name, "is compacted, which records without keys cannot be");
    }
    const [partition] = partitions.of(name);
    if (partition === undefined) throw unavailable(name, "none of its partitions is led by this broker");
    return partition;
  }
}

async function create(topics: TopicCatalog, name: string, replicationFactor: number): Promise<Topic> {
  try {
    return await topics.create({ name, partitions: 1, replicationFactor });
  } catch (error) {
    const topic = topics.get(name);
    if (topic !== undefined) return topic;
    throw refusal(name, `cannot be made: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Whether the log holds this batch already, from a producer that sent it again: its dead letters were durable before it
 * was appended.
 */
export function isRepeated(log: PartitionLog, header: RecordBatchHeader): boolean {
  if (header.producerId < 0n) return false;
  const isTheirs = (one: ProducerSnapshot): boolean =>
    one.producerId === header.producerId && one.producerEpoch === header.producerEpoch;
  const producer = log.producers().find(isTheirs);
  if (producer === undefined || producer.lastSequence < 0) return false;
  const lastSequence = header.baseSequence + Number(header.lastOffset - header.baseOffset);
  // Sequences begin at 0 again behind the largest one: what is less than half the way behind lies in the past.
  const behind = (producer.lastSequence - lastSequence + SEQUENCES) % SEQUENCES;
  return behind < SEQUENCES / 2;
}

function refusal(name: string, fault: string): BrokerError {
  return new BrokerError(
    "INVALID_RECORD",
    `records failed validation, and dead-letter topic "${name}" ${fault}; set letterpress.dead.letter.topic to another one`,
  );
}

function unavailable(name: string, fault: string): BrokerError {
  return new BrokerError(
    "REQUEST_TIMED_OUT",
    `records failed validation, and dead-letter topic "${name}" cannot take them now, try again: ${fault}`,
  );
}
