import type { Topic } from "@letterpress/broker";
import type { TopicGuardSettings } from "./guard/index.ts";

/** A topic object stands for one state of its configuration: a change makes another one. */
const known = new WeakMap<Topic, TopicGuardSettings>();

/** What a topic's configuration asks of the guard; the same object for as long as the configuration stays. */
export function guardSettings(topic: Topic): TopicGuardSettings {
  const cached = known.get(topic);
  if (cached !== undefined) return cached;
  const { config } = topic;
  const context = config["letterpress.schema.context"];
  const settings: TopicGuardSettings = {
    key: {
      validation: config["letterpress.key.schema.validation"],
      strategy: config["letterpress.key.subject.name.strategy"],
      context,
    },
    value: {
      validation: config["letterpress.value.schema.validation"],
      strategy: config["letterpress.value.subject.name.strategy"],
      context,
    },
  };
  known.set(topic, settings);
  return settings;
}
