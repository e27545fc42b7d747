import type { Admin, TopicPartitionOffset } from "@letterpress/client";

/** Everything a group has committed, over all topics, in the order of topics and partitions. */
export async function committedOffsets(admin: Admin, group: string): Promise<TopicPartitionOffset[]> {
  const names = await admin.topics.list();
  if (names.length === 0) return [];
  const topics = (await admin.topics.describe(names)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const partitions = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  );
  return admin.groups.fetchOffsets(group, partitions);
}
