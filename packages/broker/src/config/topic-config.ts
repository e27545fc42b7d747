import type { LogConfig } from "@letterpress/log";
import { resolveAlias } from "./config-aliases.ts";
import { type ConfigDefinition, ConfigFault, type ConfigValues, parseConfigs } from "./config-definition.ts";
import { TOPIC_CONFIGS, type TopicConfigName } from "./topic-configs.ts";

/** A topic's configuration with every default filled in, by name: `config["max.message.bytes"]`. */
export type TopicConfig = ConfigValues<typeof TOPIC_CONFIGS>;

/** How the broker as a whole is set: the defaults of its topics, as text, under the broker's names. */
export type BrokerTexts = Readonly<Record<string, string>>;

/**
 * What follows from a topic's own settings and the broker's.
 *
 * @throws ConfigFault naming the first setting that is wrong.
 */
export function resolveTopicConfig(
  overrides: Readonly<Record<string, string>>,
  broker: BrokerTexts,
): TopicConfig {
  const texts: Record<string, string> = {};
  for (const [name, definition] of Object.entries<ConfigDefinition>(TOPIC_CONFIGS)) {
    const fromBroker = definition.brokerName === undefined ? undefined : broker[definition.brokerName];
    const text = overrides[name] ?? fromBroker;
    if (text !== undefined) texts[name] = text;
  }
  return parseConfigs(TOPIC_CONFIGS, texts);
}

/**
 * A topic's settings under our own names, aliases resolved.
 *
 * @throws ConfigFault for an unknown name, a missing or a wrong value.
 */
export function readOverrides(
  configs: readonly { readonly name: string; readonly value: string | null }[],
): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const config of configs) {
    if (config.value === null) throw new ConfigFault(`the value of ${config.name} is missing`);
    const { name, value } = resolveAlias(config.name, config.value);
    if (!isTopicConfig(name)) throw new ConfigFault(`unknown topic configuration ${config.name}`);
    overrides[name] = value;
  }
  return overrides;
}

export function isTopicConfig(name: string): name is TopicConfigName {
  return Object.hasOwn(TOPIC_CONFIGS, name);
}

/** The part of a topic's configuration that its logs need. */
export function logConfigOf(config: TopicConfig, flush: LogConfig["flush"]): LogConfig {
  const policy = config["cleanup.policy"];
  return {
    segmentBytes: config["segment.bytes"],
    segmentMs: config["segment.ms"],
    retentionMs: config["retention.ms"],
    retentionBytes: config["retention.bytes"],
    indexIntervalBytes: config["index.interval.bytes"],
    deleteRetentionMs: config["delete.retention.ms"],
    minCompactionLagMs: config["min.compaction.lag.ms"],
    minCleanableDirtyRatio: config["min.cleanable.dirty.ratio"],
    cleanupPolicy: { delete: policy.includes("delete"), compact: policy.includes("compact") },
    flush,
  };
}
