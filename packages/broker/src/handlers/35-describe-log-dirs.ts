import { DescribeLogDirs } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { distinctPartitions } from "../distinct-by.ts";
import { handler } from "../handler.ts";

/** DescribeLogDirs 1-4: the one folder of this broker. The space left on its disk is not told. */
export const describeLogDirs = handler(DescribeLogDirs, ({ topics }, { broker }) => {
  const wanted =
    topics === null
      ? undefined
      : distinctPartitions(
          topics,
          ({ topic }) => topic,
          ({ partitions }) => partitions,
          (index) => index,
        );
  const described = wanted
    ? wanted.map(({ name, partitions }) => describe(broker, name, new Set(partitions)))
    : Array.from(broker.topics.list(), ({ name }) => describe(broker, name));
  const present = described.filter(({ partitions }) => partitions.length > 0);
  return { throttleTimeMs: 0, results: [{ errorCode: 0, logDir: broker.logDir, topics: present }] };
});

/** Those of the topic's partitions that are `wanted`; all of them without it. */
function describe({ partitions }: Broker, name: string, wanted?: ReadonlySet<number>) {
  const described = partitions.of(name).filter(({ index }) => wanted === undefined || wanted.has(index));
  return {
    name,
    partitions: described.map(({ index, log }) => ({
      partitionIndex: index,
      partitionSize: BigInt(log.sizeBytes),
      offsetLag: 0n,
      isFutureKey: false,
    })),
  };
}
