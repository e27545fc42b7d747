import { accessSync, constants } from "node:fs";
import { ClusterError } from "../cluster-error.ts";
import type { NatsOptions } from "./nats-options.ts";

/** The codes with which Node.js refuses a certificate. */
const UNTRUSTED =
  /^(CERT_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

interface FailureLike {
  readonly code?: string;
  readonly message?: string;
  readonly chainedError?: Error;
}

/**
 * Checks the files that are named, so that their absence is not taken for that of a server.
 *
 * @throws ClusterError `INVALID_OPTIONS` naming the file.
 */
export function assertReadable({ credentialsFile, tls = {} }: NatsOptions): void {
  const files = {
    credentialsFile,
    "tls.caFile": tls.caFile,
    "tls.certFile": tls.certFile,
    "tls.keyFile": tls.keyFile,
  };
  for (const [option, file] of Object.entries(files)) {
    if (file === undefined) continue;
    try {
      accessSync(file, constants.R_OK);
    } catch (cause) {
      throw new ClusterError("INVALID_OPTIONS", `${option} cannot be read: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

/**
 * Checks the addresses, also of servers that are only needed when another one is gone.
 *
 * @throws ClusterError `INVALID_OPTIONS` naming the address.
 */
export function assertAddresses({ servers }: NatsOptions): void {
  const wrong = servers.find((address) => !/^(nats|tls):\/\//.test(address) || !URL.canParse(address));
  if (wrong === undefined) return;
  throw new ClusterError(
    "INVALID_OPTIONS",
    `${JSON.stringify(wrong)} is no address of a NATS server; write it as nats://host:4222 or tls://host:4222, with a port up to 65535`,
  );
}

/** Why there is no connection, and what to change. `isRefused` says that the server did not let the user in. */
export function connectFailure(cause: unknown, isRefused: boolean, options: NatsOptions): ClusterError {
  const { code = "", message = String(cause), chainedError } = cause as FailureLike;
  const { servers, credentialsFile, tls } = options;
  const at = `NATS at ${servers.join(", ")}`;
  if (isRefused) {
    return new ClusterError(
      "NATS_UNAUTHORIZED",
      `${at} refuses this user: ${message}; check user and password, token or credentials file`,
      { cause },
    );
  }
  if (UNTRUSTED.test(code)) {
    const trusted = tls?.caFile === undefined ? "the system's authorities" : tls.caFile;
    return new ClusterError(
      "NATS_TLS",
      `${at} shows a certificate that ${trusted} cannot vouch for: ${message}; ` +
        "name the file with the certificate of its authority as caFile (--nats-ca), and use a host that it is made out to",
      { cause },
    );
  }
  switch (code) {
    case "SERVER_OPT_NA":
      return new ClusterError(
        "NATS_TLS",
        `${at} offers no TLS, which is asked for; add a tls block to its configuration, or leave out tls and tls://`,
        { cause },
      );
    case "TLS":
      return new ClusterError("INVALID_OPTIONS", `tls: ${chainedError?.message ?? message}`, { cause });
    case "BAD_CREDS":
      return new ClusterError("INVALID_OPTIONS", `${credentialsFile} is no .creds file`, { cause });
  }
  // Over TLS a server that misses a certificate, or refuses somebody, may just end the connection.
  const certificateHint =
    tls !== undefined && tls.certFile === undefined
      ? "; if it asks clients for a certificate, give certFile and keyFile (--nats-cert, --nats-key)"
      : "";
  const userHint = code === "ECONNRESET" ? "; or NATS refuses this user: check user and password" : "";
  return new ClusterError(
    "NATS_UNREACHABLE",
    `no NATS server answers at ${servers.join(", ")}: ${message}; check the addresses and that the servers run${certificateHint}${userHint}`,
    { cause },
  );
}
