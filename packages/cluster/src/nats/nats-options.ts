/** How to reach NATS. */
export interface NatsOptions {
  /** `nats://host:port` or `tls://host:port`, at least one; the others of the cluster are learned from it. */
  readonly servers: readonly string[];
  /**
   * Connect to the servers given and to no others that these tell of, for networks in which the addresses that servers
   * tell cannot be reached. Default false.
   */
  readonly ignoreAdvertised?: boolean;
  /** What the servers' monitoring calls this connection. Default `letterpress`. */
  readonly name?: string;
  /** Default none. */
  readonly user?: string;
  /** Default none. */
  readonly password?: string;
  /** Default none. */
  readonly token?: string;
  /** A `.creds` file with the JWT and the nkey of a user; it also names the account. Default none. */
  readonly credentialsFile?: string;
  /** Paths of PEM files. Default: TLS when the server asks for it, with the system's authorities. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}
