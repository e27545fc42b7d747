import net from "node:net";
import tls from "node:tls";
import type { BrokerAddress, ResolvedClientOptions } from "../client-options.ts";
import { LetterpressError } from "../letterpress-error.ts";

/**
 * Opens a socket, TLS included.
 *
 * @throws LetterpressError `CONNECTION_FAILED`, also when it takes longer than the connect timeout.
 */
export function dial(address: BrokerAddress, options: ResolvedClientOptions): Promise<net.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<net.Socket>();
  const { host, port } = address;
  const socket =
    options.tls === undefined
      ? net.connect({ host, port, noDelay: true })
      : tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...options.tls });
  const readyEvent = options.tls === undefined ? "connect" : "secureConnect";

  const fail = (reason: string, cause?: Error): void => {
    socket.destroy();
    const message = `cannot connect to ${host}:${port}: ${reason}`;
    reject(new LetterpressError("CONNECTION_FAILED", message, { cause, retriable: true }));
  };
  const timer = setTimeout(
    () => fail(`no answer within ${options.connectTimeoutMs} ms`),
    options.connectTimeoutMs,
  );
  const onError = (error: Error): void => {
    clearTimeout(timer);
    fail(error.message, error);
  };
  socket.once("error", onError);
  socket.once(readyEvent, () => {
    clearTimeout(timer);
    socket.off("error", onError);
    socket.setNoDelay(true);
    resolve(socket);
  });
  return promise;
}
