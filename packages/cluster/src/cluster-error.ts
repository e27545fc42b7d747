/** Why a cluster cannot be used. The set is closed; what happens to one log is a `LogError` instead. */
export type ClusterErrorCode =
  /** No server answers at the addresses given. */
  | "NATS_UNREACHABLE"
  /** The server refuses the user, the token or the credentials, or does not permit the user what is needed. */
  | "NATS_UNAUTHORIZED"
  /** The server's certificate is not to be trusted, or only one side wants TLS. */
  | "NATS_TLS"
  /** The server is older than what the log needs. */
  | "NATS_TOO_OLD"
  /** JetStream is switched off, for the server or for the account. */
  | "JETSTREAM_DISABLED"
  /** A limit of the server is too small, or the replicas asked for cannot be placed. */
  | "NATS_LIMIT"
  /** Another process holds the session of this broker's node id. */
  | "NODE_ID_IN_USE"
  /** An import has begun here and has not finished: nothing is served before it has. */
  | "IMPORT_UNFINISHED"
  /** There is something already where an import needs an empty cluster. */
  | "CLUSTER_NOT_EMPTY"
  /** What the cluster holds of an import is not what the folder holds. */
  | "IMPORT_MISMATCH"
  | "INVALID_OPTIONS";

/** The one error of this package; its message says what to change. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly code: ClusterErrorCode;
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retriable = code === "NATS_UNREACHABLE";
  }
}
