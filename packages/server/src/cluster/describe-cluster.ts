import { METADATA_PARTITION } from "@letterpress/broker";
import type { ClusterStatus } from "@letterpress/cluster";
import { ServerError } from "../server-error.ts";

export type { ClusterStatus } from "@letterpress/cluster";

/**
 * Looks at a cluster from outside: its brokers, controller, partitions, and what is wrong.
 *
 * @param servers some of its NATS servers, as `nats://host:port`.
 * @throws ServerError `CLUSTER_UNAVAILABLE`, `INVALID_CONFIG`
 */
export async function describeCluster(servers: readonly string[]): Promise<ClusterStatus> {
  const cluster = await import("@letterpress/cluster");
  try {
    return await cluster.describeCluster({ servers }, METADATA_PARTITION);
  } catch (cause) {
    if (!(cause instanceof cluster.ClusterError)) throw cause;
    const code = cause.code === "INVALID_OPTIONS" ? "INVALID_CONFIG" : "CLUSTER_UNAVAILABLE";
    throw new ServerError(code, `cluster: ${cause.message}`, { cause });
  }
}
