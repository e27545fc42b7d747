import { isAbsolute, resolve } from "node:path";
import {
  BrokerError,
  GuardUnavailableError,
  type RecordGuard,
  type RunningBroker,
  startBroker,
} from "@letterpress/broker";
import { type LogEngine, openFileEngine, openMemoryEngine } from "@letterpress/log";
import {
  createRegistryApp,
  Registry,
  type RegistryAuthenticator,
  RegistryState,
  staticAuthenticator,
} from "@letterpress/registry";
import type { Hono } from "hono";
import pino, { type Logger } from "pino";
import type { ClusteredStorage } from "./cluster/clustered-storage.ts";
import { forwardWrites } from "./cluster/forward-writes.ts";
import { openPeers } from "./cluster/peer-request.ts";
import { readServerConfig } from "./config/read-config.ts";
import {
  formatEndpoint,
  parseEndpoint,
  type ServerConfig,
  type ServerConfigInput,
} from "./config/server-config.ts";
import { RegistryGuard } from "./guard/index.ts";
import { createHttpApp } from "./http/http-app.ts";
import { type HttpListener, listenHttp } from "./http/http-listener.ts";
import { findUnready } from "./http/unready.ts";
import { listenFailed } from "./listen-failed.ts";
import { createMetrics, type ServerMetrics } from "./metrics.ts";
import { SCHEMAS_TOPIC } from "./schemas-topic.ts";
import { ServerError } from "./server-error.ts";
import { storageError } from "./storage-error.ts";
import { guardSettings } from "./topic-guard-settings.ts";

/** A running server: broker, registry and HTTP in one process. */
export interface LetterpressServer extends AsyncDisposable {
  /** `host:port` of the Kafka protocol. */
  readonly kafka: string;
  /** The registry's URL; `/metrics` and `/health/ready` are there, too. */
  readonly http: string;
  /** The broker, for what runs in the same process. */
  readonly broker: RunningBroker;
  readonly registry: Registry;
  /** Finishes what is in flight and closes everything; what was acknowledged is on disk. */
  close(): Promise<void>;
}

/**
 * Starts a server in this process. Port 0 takes a free one; without `data` nothing outlives the process.
 *
 * @throws ServerError `INVALID_CONFIG`, `LISTEN_FAILED`, `DATA_LOCKED`, `CLUSTER_UNAVAILABLE`,
 *   `STORAGE_FAILED`
 */
export async function startServer(input: ServerConfigInput = {}): Promise<LetterpressServer> {
  const config = readServerConfig([{ settings: input, locate: (path) => path.join(".") }]);
  const logger = pino({ level: config.log.level, base: null }, pino.destination({ dest: 2, sync: false }));
  const metrics = createMetrics();
  const storage = await openCluster(config, logger);
  const broker = await openBroker(config, storage, logger, metrics);
  try {
    const state = new RegistryState();
    const shared = await broker.openState(SCHEMAS_TOPIC, state);
    const registry = new Registry({
      state,
      log: shared.stateLog,
      compatibility: config.registry.compatibility,
      incompatibleCode: config.registry.incompatibleCode,
    });
    // A schema that was registered through another broker may not have arrived here yet.
    const catchUp = storage && (() => shared.catchUp());
    broker.setGuard(createGuard(broker, registry, catchUp, logger));
    let ready = true;
    const registryApp = createRegistryApp(registry, {
      authenticate: authenticatorOf(config),
      onError: (error) => logger.error({ err: error }, "registry failed"),
    });
    const local = (request: Request) => registryApp.fetch(request);
    const member = storage?.member;
    const answer =
      member === undefined
        ? local
        : forwardWrites(local, {
            broker,
            member,
            askPeer: await openPeers(config.httpTls?.certificate),
            topic: SCHEMAS_TOPIC,
            isLed: () => shared.isLed,
            catchUp: () => shared.catchUp(),
          });
    const unready = () => findUnready(broker, ready);
    const app = createHttpApp({ registry: { fetch: answer }, metrics, unready });
    const http = await listenHttp(app as Hono, parseEndpoint(config.http), config.httpTls);
    await member?.announceHttp(reachable(http.url, broker));
    const close = once(async () => {
      ready = false;
      await closeAll(http, broker);
    });
    return {
      kafka: formatEndpoint({ host: parseEndpoint(config.kafka).host, port: broker.port }),
      http: http.url,
      broker,
      registry,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await broker.close();
    throw error;
  }
}

/** Undefined for a broker that is alone: it does not even load what a cluster needs. */
async function openCluster({ cluster }: ServerConfig, logger: Logger): Promise<ClusteredStorage | undefined> {
  if (cluster === undefined) return undefined;
  const { openClusteredStorage } = await import("./cluster/clustered-storage.ts");
  return openClusteredStorage(cluster, logger);
}

/** Undefined where the configuration names nobody: everybody may do everything then. */
function authenticatorOf({ registry: { users, tokens } }: ServerConfig): RegistryAuthenticator | undefined {
  return users === undefined && tokens === undefined ? undefined : staticAuthenticator({ users, tokens });
}

async function openBroker(
  config: ServerConfig,
  storage: ClusteredStorage | undefined,
  logger: Logger,
  metrics: ServerMetrics,
): Promise<RunningBroker> {
  const { host, port } = parseEndpoint(config.kafka);
  const logDir = logDirOf(config);
  const engine = storage?.engine ?? (await openEngine(config.data));
  try {
    return await startBroker({
      engine,
      ...(storage === undefined ? {} : { cluster: (entrant) => storage.join(entrant) }),
      host,
      port,
      ...(config.advertised === undefined ? {} : { advertised: parseEndpoint(config.advertised) }),
      nodeId: config.nodeId,
      config: brokerConfigs(config),
      flush: config.flush,
      guard: closedGuard,
      metrics,
      logger,
      ...(logDir === undefined ? {} : { logDir }),
    });
  } catch (error) {
    if (error instanceof BrokerError && error.code === "INVALID_CONFIG") {
      throw new ServerError("INVALID_CONFIG", `broker: ${error.message}`, { cause: error });
    }
    if (error instanceof BrokerError) throw listenFailed("kafka", { host, port }, error.cause ?? error);
    throw storageError(error);
  }
}

/** In a cluster, topics have as many copies as everything else, unless broker configs or they themselves say otherwise. */
function brokerConfigs({ broker, cluster }: ServerConfig): Readonly<Record<string, string>> {
  return cluster === undefined
    ? broker
    : { "default.replication.factor": String(cluster.replicas), ...broker };
}

/** What DescribeLogDirs tells; undefined for memory. */
function logDirOf({ cluster, data }: ServerConfig): string | undefined {
  if (cluster !== undefined) return "(jetstream)";
  return data === undefined ? undefined : absolute(data);
}

async function openEngine(folder: string | undefined): Promise<LogEngine> {
  if (folder === undefined) return openMemoryEngine();
  try {
    return await openFileEngine(absolute(folder));
  } catch (error) {
    throw storageError(error);
  }
}

/** Until the registry has been replayed nothing can be judged, so that nothing is let in. */
const closedGuard: RecordGuard = {
  guards: () => true,
  check() {
    throw new GuardUnavailableError("the schema registry is still being loaded; try again");
  },
};

function createGuard(
  broker: RunningBroker,
  registry: Registry,
  catchUp: (() => Promise<void>) | undefined,
  logger: Logger,
): RecordGuard {
  return new RegistryGuard({
    registry,
    ...(catchUp === undefined ? {} : { catchUp }),
    settings: (topic) => {
      const found = broker.topics.get(topic);
      return found === undefined ? undefined : guardSettings(found);
    },
    onFaults: (topic, faults) => {
      const [{ part, reason, message }] = faults as [(typeof faults)[number]];
      logger.warn({ topic, faults: faults.length, part, reason }, message);
    },
  });
}

const ALL_INTERFACES: ReadonlySet<string> = new Set(["0.0.0.0", "[::]"]);

/** Where other brokers find a registry that listens on all interfaces: under the name that Kafka clients are told. */
function reachable(http: string, { cluster, nodeId }: RunningBroker): string {
  const url = new URL(http);
  const own = cluster.brokers().find((each) => each.nodeId === nodeId);
  if (own === undefined || !ALL_INTERFACES.has(url.hostname)) return http;
  return `${url.protocol}//${formatEndpoint({ host: own.host, port: Number(url.port) })}`;
}

async function closeAll(http: HttpListener, broker: RunningBroker): Promise<void> {
  await http.close();
  await broker.close();
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}

function absolute(folder: string): string {
  return isAbsolute(folder) ? folder : resolve(folder);
}
