import type { Broker } from "./broker.ts";
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from "./broker-options.ts";
import { openInCluster } from "./cluster/open-in-cluster.ts";
import { FetchSessionCache } from "./fetch/fetch-session-cache.ts";
import type { Listen } from "./foundation.ts";
import { ConnectionLimits } from "./network/connection-limits.ts";
import { Listener } from "./network/listener.ts";
import { openAlone } from "./open-alone.ts";
import { DeadLetterOffice } from "./partition/dead-letter-office.ts";
import type { RecordGuard } from "./record-guard.ts";
import { RunningBroker } from "./running-broker.ts";
import { ProducerIds } from "./topics/producer-ids.ts";
import { DeclaredWriters } from "./writers/declared-writers.ts";

const ALL_INTERFACES = new Set(["0.0.0.0", "::", ""]);

/**
 * Starts a broker. Alone it replays its metadata, opens every partition, loads the groups, then listens; as one of
 * several it joins the cluster and leads what it is given.
 *
 * @throws BrokerError `INVALID_CONFIG`, `BROKER_NOT_AVAILABLE` when the address is taken; LogError from the engine; what
 *   joining the cluster throws.
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  try {
    return await start(resolveBrokerOptions(options));
  } catch (error) {
    await options.engine.close();
    throw error;
  }
}

async function start(options: ResolvedBrokerOptions): Promise<RunningBroker> {
  const { config, metrics, logger, now } = options;
  const guard: { current: RecordGuard | undefined } = { current: options.guard };
  const deadLetters = new DeadLetterOffice(metrics);
  const services = { guard: () => guard.current, now, deadLetters, metrics, logger };
  const listener = new Listener(
    new ConnectionLimits(config["max.connections"], config["max.connections.per.ip"]),
    config["queued.max.request.bytes"],
    config["letterpress.queued.max.response.bytes"],
  );
  let port = 0;
  const listen: Listen = async () => {
    port = await listener.listen(options);
    return endpointOf(options, port);
  };
  const foundation = await (options.cluster === undefined
    ? openAlone(options, services, listen)
    : openInCluster(options.cluster, options, services, listen)
  ).catch(async (error: unknown) => {
    await listener.close(0);
    throw error;
  });
  deadLetters.open(foundation);
  const broker: Broker = {
    ...foundation,
    config,
    fetchSessions: new FetchSessionCache(config["max.incremental.fetch.session.cache.slots"], () =>
      performance.now(),
    ),
    producerIds: new ProducerIds(foundation.metadata),
    writers: new DeclaredWriters(now),
    logDir: options.logDir,
    metrics,
    logger,
    now,
  };
  listener.serve(broker);
  logger.info({ host: options.host, port, topics: foundation.metadata.state.topics.size }, "broker started");
  return new RunningBroker({ broker, options, port, listener, foundation, guard });
}

/** The address that clients are told. */
function endpointOf({ nodeId, rack, host, advertised }: ResolvedBrokerOptions, port: number) {
  return { nodeId, rack, ...(advertised ?? { host: ALL_INTERFACES.has(host) ? "localhost" : host, port }) };
}
