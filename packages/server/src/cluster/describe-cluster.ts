import { METADATA_PARTITION, MetadataState } from "@letterpress/broker";
import type { ClusterStatus } from "@letterpress/cluster";
import type { ClusterConfigInput } from "../config/cluster-config.ts";
import { readClusterConfig } from "../config/read-config.ts";

export type { ClusterStatus } from "@letterpress/cluster";

/**
 * Looks at a cluster from outside: its brokers, controller, partitions, and what is wrong.
 *
 * @throws ServerError `CLUSTER_UNAVAILABLE`, `INVALID_CONFIG`
 */
export async function describeCluster(config: ClusterConfigInput): Promise<ClusterStatus> {
  const settings = readClusterConfig([{ settings: { cluster: config }, locate: (path) => path.join(".") }]);
  // Loaded only here, so that a server without a cluster need not load what one needs.
  const [cluster, { explained }, { natsOptions }] = await Promise.all([
    import("@letterpress/cluster"),
    import("./explained.ts"),
    import("./nats-options.ts"),
  ]);
  const machine = new MetadataState();
  const metadata = {
    metadataId: METADATA_PARTITION,
    machine,
    topics: () => [...machine.topics].map(([name, topic]) => ({ name, ...topic })),
  };
  return explained(cluster.describeCluster(natsOptions(settings), metadata));
}
