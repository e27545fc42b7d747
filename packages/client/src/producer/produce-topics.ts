import type { CompressionName } from "@letterpress/wire";
import type { Connection } from "../connection/connection.ts";
import type { Entry } from "./settlement.ts";
import type { WriterSchemas } from "./writer-schemas.ts";

/** One topic of a Produce request. */
export interface ProduceTopic {
  readonly name: string;
  readonly partitionData: readonly { readonly index: number; readonly records: Buffer }[];
  /** What the connection has yet to be told of the schemas; mostly nothing. */
  readonly writerSchemas: Buffer | undefined;
}

/** The batches of a request, by topic. */
export function produceTopics(
  entries: readonly Entry[],
  compression: CompressionName,
  writers: WriterSchemas,
  connection: Connection,
): ProduceTopic[] {
  const topics = new Map<string, { index: number; records: Buffer }[]>();
  for (const { queue, batch } of entries) {
    const partition = { index: queue.partition, records: batch.bytes(compression) };
    const partitions = topics.get(queue.topic);
    if (partitions === undefined) topics.set(queue.topic, [partition]);
    else partitions.push(partition);
  }
  return [...topics].map(([name, partitionData]) => ({
    name,
    partitionData,
    writerSchemas: writers.untold(connection, name),
  }));
}
