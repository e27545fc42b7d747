import {
  bool,
  type ConfigDefinition,
  ConfigFault,
  type ConfigValues,
  int,
  long,
  parseConfigs,
} from "./config-definition.ts";
import { TOPIC_CONFIGS } from "./topic-configs.ts";

/** Longer timers fire at once in Node.js. */
const TIMER_MS_MAX = 0x7fff_ffff;

/** The configurations of the broker itself, under Apache Kafka's names. Set when it starts, read-only afterwards. */
const OWN_CONFIGS = {
  "auto.create.topics.enable": bool(false, {
    documentation: "Whether unknown topics are created when a client asks for them.",
  }),
  "connections.max.idle.ms": long(600_000, {
    min: 1,
    max: TIMER_MS_MAX,
    documentation: "How long a connection may be silent before it is closed.",
  }),
  "default.replication.factor": int(1, {
    min: 1,
    documentation:
      "The replication factor of topics that do not say. In a cluster the default is cluster.replicas.",
  }),
  "delete.topic.enable": bool(true, { documentation: "Whether clients may delete topics." }),
  "fetch.max.bytes": int(57_671_680, { min: 1024, documentation: "The most a fetch may answer." }),
  "log.retention.check.interval.ms": long(300_000, {
    min: 1,
    max: TIMER_MS_MAX,
    documentation: "How often retention is applied.",
  }),
  "letterpress.queued.max.response.bytes": long(268_435_456, {
    min: 1,
    documentation:
      "The bytes of all responses that clients have not taken yet at which fetches wait, and clients that leave some unread are served nothing more.",
  }),
  "letterpress.request.receive.timeout.ms": long(60_000, {
    min: 1,
    max: TIMER_MS_MAX,
    documentation:
      "How long a request may take to arrive, at least; its connection is closed within twice the time.",
  }),
  "letterpress.response.send.timeout.ms": long(30_000, {
    min: 1,
    max: TIMER_MS_MAX,
    documentation:
      "How long a client may take to read a response, at least, while unread responses are at their limit; its connection is closed within twice the time.",
  }),
  "max.connections": int(10_000, { min: 1, documentation: "Connections at a time." }),
  "max.connections.per.ip": int(10_000, { min: 1, documentation: "Connections at a time from one address." }),
  "max.incremental.fetch.session.cache.slots": int(1000, {
    min: 0,
    documentation: "How many incremental fetch sessions are kept.",
  }),
  "num.partitions": int(1, { min: 1, documentation: "The partitions of topics that do not say." }),
  "offsets.topic.num.partitions": int(1, {
    min: 1,
    max: 64,
    documentation: "The partitions of __consumer_offsets.",
  }),
  "queued.max.request.bytes": long(536_870_912, {
    min: 1,
    documentation: "The bytes of all requests in flight at which the broker stops reading new ones.",
  }),
  "socket.request.max.bytes": int(104_857_600, { min: 1024, documentation: "The largest request." }),
} as const satisfies Record<string, ConfigDefinition>;

/** The broker's names for the defaults of topics: the same definitions under `log.retention.ms` and the like. */
function topicDefaults(): Record<string, ConfigDefinition> {
  const table: Record<string, ConfigDefinition> = {};
  for (const definition of Object.values<ConfigDefinition>(TOPIC_CONFIGS)) {
    if (definition.brokerName !== undefined)
      table[definition.brokerName] = { ...definition, brokerName: undefined };
  }
  return table;
}

export const BROKER_CONFIGS: typeof OWN_CONFIGS & Readonly<Record<string, ConfigDefinition>> = {
  ...topicDefaults(),
  ...OWN_CONFIGS,
};

/** The broker's configuration, by Kafka's names. */
export interface BrokerConfig extends ConfigValues<typeof OWN_CONFIGS> {
  /** What was set explicitly, as text. */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * Reads the broker's configuration.
 *
 * @throws ConfigFault naming the key that is unknown or wrong.
 */
export function parseBrokerConfig(texts: Readonly<Record<string, string>>): BrokerConfig {
  for (const name of Object.keys(texts)) {
    if (!Object.hasOwn(BROKER_CONFIGS, name)) throw new ConfigFault(`unknown broker configuration ${name}`);
  }
  parseConfigs(BROKER_CONFIGS, texts);
  return { ...parseConfigs(OWN_CONFIGS, texts), texts };
}
