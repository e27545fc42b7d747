import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { type Endpoint, formatEndpoint } from "../config/server-config.ts";
import { listenFailed } from "../listen-failed.ts";
import { ServerError } from "../server-error.ts";

/** The paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** An HTTP server that is listening. */
export interface HttpListener {
  /** `http://host:port` or `https://host:port`, with the real port where 0 was asked for. */
  readonly url: string;
  /** Stops accepting, and ends idle and running connections. */
  close(): Promise<void>;
}

/**
 * Serves an app, over TLS where files are given.
 *
 * @throws ServerError `LISTEN_FAILED`, saying which setting to change; `INVALID_CONFIG` for files that are no PEM.
 */
export async function listenHttp(app: Hono, endpoint: Endpoint, tls?: TlsFiles): Promise<HttpListener> {
  const server = tls === undefined ? plainServer(app) : await tlsServer(app, tls);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(listenFailed("http", endpoint, cause)));
    server.listen(endpoint.port, endpoint.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://${formatEndpoint({ host: endpoint.host, port })}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function plainServer(app: Hono): Server {
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

async function tlsServer(app: Hono, { certificate, key }: TlsFiles): Promise<Server> {
  try {
    const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
    const serverOptions = { cert, key: secret };
    return createAdaptorServer({ fetch: app.fetch, createServer: createTlsServer, serverOptions }) as Server;
  } catch (cause) {
    const message = `httpTls: ${(cause as Error).message}; name the PEM files of a certificate and its key`;
    throw new ServerError("INVALID_CONFIG", message, { cause });
  }
}
