import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyContracts, type ClientOptions, Letterpress, RegistryClient } from "@letterpress/client";
import { loadContracts } from "@letterpress/codegen";
import { type LetterpressServer, startServer } from "@letterpress/server";

export interface TestServerOptions {
  /** Where records are kept: in memory, or in a folder of its own that is removed at the end. Default `memory`. */
  readonly storage?: "memory" | "temporary-folder" | undefined;
  /** The path of a `topics.yaml`; its topics are created and its schemas registered. Default: none. */
  readonly contracts?: string | undefined;
  /** Broker configurations under Kafka's names. Default: topics are created when a client asks for them. */
  readonly broker?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** A server for one test or one test file, with everything on free ports of the loopback address. */
export interface TestServer extends AsyncDisposable {
  /** `host:port` of the Kafka protocol, for any client. */
  readonly kafka: string;
  /** The URL of the registry, for any client. */
  readonly registry: string;
  /** The server itself. */
  readonly server: LetterpressServer;
  /** A client of the server. It closes with it. */
  client(options?: Partial<ClientOptions>): Letterpress;
  /** Closes all clients, then the server, and removes what it stored. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process, in milliseconds, without Docker.
 *
 *     await using letterpress = await startTestServer({ contracts: "schemas/topics.yaml" });
 *     const client = letterpress.client();
 *
 * @throws ContractError for contracts with mistakes, ServerError when the server cannot start.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { storage = "memory", contracts, broker = { "auto.create.topics.enable": true } } = options;
  const folder = storage === "memory" ? undefined : await mkdtemp(join(tmpdir(), "letterpress-test-server-"));
  const server = await startServer({
    ...(folder === undefined ? {} : { data: folder }),
    kafka: "127.0.0.1:0",
    http: "127.0.0.1:0",
    broker: { ...broker },
    log: { level: "silent" },
  });
  const clients: Letterpress[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  const testServer: TestServer = {
    kafka: server.kafka,
    registry: server.http,
    server,
    client(clientOptions = {}) {
      const client = new Letterpress({ brokers: [server.kafka], registry: server.http, ...clientOptions });
      clients.push(client);
      return client;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  try {
    if (contracts !== undefined) await apply(testServer, contracts);
    return testServer;
  } catch (error) {
    await close();
    throw error;
  }
}

async function apply(server: TestServer, path: string): Promise<void> {
  const { topics } = await loadContracts(path);
  const targets = { admin: server.client().admin(), registry: new RegistryClient({ url: server.registry }) };
  await applyContracts(targets, topics);
}
