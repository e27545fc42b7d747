import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { Endpoint } from "../config/server-config.ts";
import { listenFailed } from "../listen-failed.ts";

/** An HTTP server that is listening. */
export interface HttpListener {
  /** The bound address; its port is the real one where 0 was asked for. */
  readonly endpoint: Endpoint;
  /** Stops accepting, and ends idle and running connections. */
  close(): Promise<void>;
}

/**
 * Serves an app.
 *
 * @throws ServerError `LISTEN_FAILED`, saying which setting to change.
 */
export async function listenHttp(app: Hono, endpoint: Endpoint): Promise<HttpListener> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(listenFailed("http", endpoint, cause)));
    server.listen(endpoint.port, endpoint.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: endpoint.host, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
