import type { PartitionId } from "@letterpress/log";
import type { Generation } from "../log/generation.ts";
import type { JetStreamApi } from "./jetstream-api.ts";
import { PartitionStream, streamName } from "./partition-stream.ts";
import { streamConfig } from "./partition-streams.ts";
import { retryWhileElecting } from "./retry.ts";

/** Matches the subjects of all compacted fronts. */
export const CLEANED_SUBJECTS = "c.>";

const READY_TIMEOUT_MS = 15_000;
const NAME = /^C_([0-9a-f-]{36})_(\d+)_(\d+)_(\d+)$/;

/** The streams that hold the compacted front of one partition's log, one per generation. */
export interface CleanedStreams {
  /** Makes the stream of a generation that was never used, and waits until it takes appends. */
  create(generation: Generation): Promise<PartitionStream>;
  /** The stream of a generation, which may not exist. */
  at(generation: Generation): PartitionStream;
  /** Every generation that has a stream. */
  list(): Promise<readonly Generation[]>;
  /** Deletes the stream of a generation, if there is one. */
  remove(generation: Generation): Promise<void>;
}

/** {@link CleanedStreams} on JetStream. All methods throw `JetStreamError`. */
export class JetStreamCleanedStreams implements CleanedStreams {
  readonly #api: JetStreamApi;
  readonly #id: PartitionId;
  readonly #replicas: number;

  /** @param replicas how many servers keep each stream. */
  constructor(api: JetStreamApi, id: PartitionId, replicas: number) {
    this.#api = api;
    this.#id = id;
    this.#replicas = replicas;
  }

  async create(generation: Generation): Promise<PartitionStream> {
    const { topic, partition } = this.#id;
    const stream = this.at(generation);
    const config = {
      ...streamConfig(this.#id, this.#replicas),
      name: stream.name,
      description: `Letterpress: compacted front of partition ${partition} of topic ${topic}`,
      subjects: [stream.subject],
    };
    await retryWhileElecting(READY_TIMEOUT_MS, async () => {
      if ((await this.#api.streamInfo(stream.name)) === undefined) await this.#api.createStream(config);
    });
    return stream;
  }

  at({ term, number }: Generation): PartitionStream {
    const { topicId, partition } = this.#id;
    const name = `C_${topicId}_${partition}_${term}_${number}`;
    return new PartitionStream(this.#api, this.#id, name, `c.${topicId}.${partition}.${term}.${number}`);
  }

  async list(): Promise<readonly Generation[]> {
    const { topicId, partition } = this.#id;
    const names = await this.#api.listStreamNames(`c.${topicId}.${partition}.>`);
    return names.flatMap((name) => {
      const [, , , term, number] = NAME.exec(name) ?? [];
      return number === undefined ? [] : [{ term: Number(term), number: Number(number) }];
    });
  }

  remove(generation: Generation): Promise<void> {
    return this.#api.deleteStream(this.at(generation).name);
  }
}

/** The name of the stream whose front a stream with this name holds; undefined when it holds none. */
export function frontOf(name: string): string | undefined {
  const [, topicId, partition] = NAME.exec(name) ?? [];
  return topicId === undefined ? undefined : streamName({ topicId, partition: Number(partition) });
}

/** The partitions of which there is a compacted front, whether or not they are there themselves. */
export async function listCleanedPartitions(api: JetStreamApi): Promise<PartitionId[]> {
  const streams = await api.listStreams(CLEANED_SUBJECTS);
  return streams.flatMap(({ config }) => {
    const [, topicId, partition] = NAME.exec(config.name) ?? [];
    const topic = config.metadata?.["letterpress.topic"];
    if (topicId === undefined || topic === undefined) return [];
    return [{ topic, topicId, partition: Number(partition) }];
  });
}
