import { ClusterError, type ClusterErrorCode } from "@letterpress/cluster";
import { ServerError, type ServerErrorCode } from "../server-error.ts";

/** What the codes of a cluster are called here; all others mean that it cannot be used. */
const CODES: Partial<Record<ClusterErrorCode, ServerErrorCode>> = {
  INVALID_OPTIONS: "INVALID_CONFIG",
  IMPORT_UNFINISHED: "IMPORT_UNFINISHED",
  CLUSTER_NOT_EMPTY: "CLUSTER_NOT_EMPTY",
  IMPORT_MISMATCH: "IMPORT_MISMATCH",
};

/** What `work` gives; what is wrong with the cluster is told as an error of the server. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    throw new ServerError(CODES[cause.code] ?? "CLUSTER_UNAVAILABLE", `cluster: ${cause.message}`, { cause });
  }
}
