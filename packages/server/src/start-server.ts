import { isAbsolute, resolve } from "node:path";
import {
  BrokerError,
  GuardUnavailableError,
  type RecordGuard,
  type RunningBroker,
  startBroker,
} from "@letterpress/broker";
import { type LogEngine, LogError, openFileEngine, openMemoryEngine } from "@letterpress/log";
import {
  createRegistryApp,
  Registry,
  type RegistryAuthenticator,
  RegistryState,
  staticAuthenticator,
} from "@letterpress/registry";
import type { Hono } from "hono";
import pino, { type Logger } from "pino";
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
import { listenFailed } from "./listen-failed.ts";
import { createMetrics, type ServerMetrics } from "./metrics.ts";
import { ServerError } from "./server-error.ts";
import { guardSettings } from "./topic-guard-settings.ts";

/** The topic that holds every registered schema, as Confluent's registry has it. */
const SCHEMAS_TOPIC = "_schemas";

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
 * @throws ServerError `INVALID_CONFIG`, `LISTEN_FAILED`, `DATA_LOCKED`, `STORAGE_FAILED`
 */
export async function startServer(input: ServerConfigInput = {}): Promise<LetterpressServer> {
  const config = readServerConfig([{ settings: input, locate: (path) => path.join(".") }]);
  const logger = pino({ level: config.log.level, base: null }, pino.destination({ dest: 2, sync: false }));
  const metrics = createMetrics();
  const broker = await openBroker(config, logger, metrics);
  try {
    const state = new RegistryState();
    const log = await broker.openStateLog(SCHEMAS_TOPIC, state);
    const registry = new Registry({ state, log, compatibility: config.registry.compatibility });
    broker.setGuard(createGuard(broker, registry, logger));
    let ready = true;
    const registryApp = createRegistryApp(registry, {
      authenticate: authenticatorOf(config),
      onError: (error) => logger.error({ err: error }, "registry failed"),
    });
    const app = createHttpApp({ registry: registryApp, metrics, isReady: () => ready });
    const http = await listenHttp(app as Hono, parseEndpoint(config.http), config.httpTls);
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

/** Undefined where the configuration names nobody: everybody may do everything then. */
function authenticatorOf({ registry: { users, tokens } }: ServerConfig): RegistryAuthenticator | undefined {
  return users === undefined && tokens === undefined ? undefined : staticAuthenticator({ users, tokens });
}

async function openBroker(
  config: ServerConfig,
  logger: Logger,
  metrics: ServerMetrics,
): Promise<RunningBroker> {
  const { host, port } = parseEndpoint(config.kafka);
  const logDir = config.data === undefined ? undefined : absolute(config.data);
  const engine = await openEngine(logDir);
  try {
    return await startBroker({
      engine,
      host,
      port,
      ...(config.advertised === undefined ? {} : { advertised: parseEndpoint(config.advertised) }),
      nodeId: config.nodeId,
      config: config.broker,
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

async function openEngine(folder: string | undefined): Promise<LogEngine> {
  if (folder === undefined) return openMemoryEngine();
  try {
    return await openFileEngine(folder);
  } catch (error) {
    throw storageError(error);
  }
}

function storageError(cause: unknown): unknown {
  if (!(cause instanceof LogError)) return cause;
  return new ServerError(cause.code === "LOCKED" ? "DATA_LOCKED" : "STORAGE_FAILED", cause.message, {
    cause,
  });
}

/** Until the registry has been replayed nothing can be judged, so that nothing is let in. */
const closedGuard: RecordGuard = {
  guards: () => true,
  check() {
    throw new GuardUnavailableError("the schema registry is still being loaded; try again");
  },
};

function createGuard(broker: RunningBroker, registry: Registry, logger: Logger): RecordGuard {
  return new RegistryGuard({
    registry,
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
