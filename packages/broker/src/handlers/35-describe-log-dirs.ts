import { DescribeLogDirs } from "@letterpress/protocol";
import { handler } from "../handler.ts";

/** DescribeLogDirs 1-4: the one folder of this broker. The space left on its disk is not told. */
export const describeLogDirs = handler(DescribeLogDirs, ({ topics }, { broker }) => {
  const names = topics?.map(({ topic }) => topic) ?? Array.from(broker.topics.list(), ({ name }) => name);
  const described = names.map((name, at) => {
    const wanted = topics?.[at]?.partitions;
    const partitions = broker.partitions
      .of(name)
      .filter(({ index }) => wanted === undefined || wanted.includes(index));
    return {
      name,
      partitions: partitions.map(({ index, log }) => ({
        partitionIndex: index,
        partitionSize: BigInt(log.sizeBytes),
        offsetLag: 0n,
        isFutureKey: false,
      })),
    };
  });
  const present = described.filter(({ partitions }) => partitions.length > 0);
  return { throttleTimeMs: 0, results: [{ errorCode: 0, logDir: broker.logDir, topics: present }] };
});
