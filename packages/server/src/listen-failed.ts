import { type Endpoint, formatEndpoint } from "./config/server-config.ts";
import { ServerError } from "./server-error.ts";

/** The error for an address that cannot be listened on: which setting it is, and what to do. */
export function listenFailed(setting: "kafka" | "http", endpoint: Endpoint, cause: unknown): ServerError {
  const { code } = cause as NodeJS.ErrnoException;
  const address = formatEndpoint(endpoint);
  const message =
    code === "EADDRINUSE"
      ? `${address} is in use: stop what listens there, or choose another address with --${setting} (port 0 takes a free one)`
      : `cannot listen on ${address} (--${setting}): ${(cause as Error).message}`;
  return new ServerError("LISTEN_FAILED", message, { cause });
}
