import type { Topic } from "../topics/topic.ts";
import { BROKER_CONFIGS } from "./broker-configs.ts";
import type { ConfigDefinition } from "./config-definition.ts";
import { TOPIC_CONFIGS } from "./topic-configs.ts";

/** Where a value comes from, in the numbers of DescribeConfigs. */
export const CONFIG_SOURCES = { TOPIC: 1, STATIC_BROKER: 4, DEFAULT: 5 } as const;
export type ConfigSource = (typeof CONFIG_SOURCES)[keyof typeof CONFIG_SOURCES];

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string;
  readonly source: ConfigSource;
}

/** One setting as it is, and everything it might be instead, the strongest first. */
export interface DescribedConfig extends ConfigSynonym {
  readonly definition: ConfigDefinition;
  readonly synonyms: readonly ConfigSynonym[];
}

export function describeTopicConfig(
  topic: Topic,
  brokerTexts: Readonly<Record<string, string>>,
): DescribedConfig[] {
  return Object.entries<ConfigDefinition>(TOPIC_CONFIGS).map(([name, definition]) => {
    const { brokerName } = definition;
    const synonyms: ConfigSynonym[] = [];
    const override = topic.overrides[name];
    if (override !== undefined) synonyms.push({ name, value: override, source: CONFIG_SOURCES.TOPIC });
    const fromBroker = brokerName === undefined ? undefined : brokerTexts[brokerName];
    if (fromBroker !== undefined) {
      synonyms.push({ name: brokerName!, value: fromBroker, source: CONFIG_SOURCES.STATIC_BROKER });
    }
    const fallback = {
      name: brokerName ?? name,
      value: definition.defaultText,
      source: CONFIG_SOURCES.DEFAULT,
    };
    synonyms.push(fallback);
    return describe(name, definition, synonyms);
  });
}

export function describeBrokerConfig(brokerTexts: Readonly<Record<string, string>>): DescribedConfig[] {
  return Object.entries(BROKER_CONFIGS).map(([name, definition]) => {
    const synonyms: ConfigSynonym[] = [];
    const text = brokerTexts[name];
    if (text !== undefined) synonyms.push({ name, value: text, source: CONFIG_SOURCES.STATIC_BROKER });
    synonyms.push({ name, value: definition.defaultText, source: CONFIG_SOURCES.DEFAULT });
    return describe(name, definition, synonyms);
  });
}

function describe(
  name: string,
  definition: ConfigDefinition,
  synonyms: readonly ConfigSynonym[],
): DescribedConfig {
  const { value, source } = synonyms[0]!;
  return { name, value, source, definition, synonyms };
}
