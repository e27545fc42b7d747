/** Why a server could not be started or went down. The set is closed. */
export type ServerErrorCode =
  /** Settings make no sense; every mistake is listed. */
  | "INVALID_CONFIG"
  /** The address is in use or not this machine's. */
  | "LISTEN_FAILED"
  /** Another process holds the data folder. */
  | "DATA_LOCKED"
  /** NATS cannot be reached or used, or another process runs under this node id. */
  | "CLUSTER_UNAVAILABLE"
  /** An import into the cluster has not finished; it can be gone on with, and until then no broker serves it. */
  | "IMPORT_UNFINISHED"
  /** An import needs a cluster without data and without brokers. */
  | "CLUSTER_NOT_EMPTY"
  /** What a cluster holds of an import is not what the data folder holds. */
  | "IMPORT_MISMATCH"
  /** Stored data is damaged, or the disk failed. */
  | "STORAGE_FAILED";

/** The one error of this package. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
