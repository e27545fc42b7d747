import { ClusterError } from "@letterpress/cluster";
import { ServerError } from "../server-error.ts";

/** What `work` gives; what is wrong with the cluster is told as an error of the server. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    const code = cause.code === "INVALID_OPTIONS" ? "INVALID_CONFIG" : "CLUSTER_UNAVAILABLE";
    throw new ServerError(code, `cluster: ${cause.message}`, { cause });
  }
}
