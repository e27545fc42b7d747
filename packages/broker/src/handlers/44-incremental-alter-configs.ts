import { IncrementalAlterConfigs, type ResponseInitOf } from "@letterpress/protocol";
import { alterResource } from "../config/alter-config.ts";
import { describeTopicConfig } from "../config/describe-config.ts";
import { applyChanges } from "../config/incremental-change.ts";
import { handler } from "../handler.ts";

type Result = ResponseInitOf<typeof IncrementalAlterConfigs>["responses"][number];

/** IncrementalAlterConfigs 0-1, of topics. A broker's own configuration is read-only. */
export const incrementalAlterConfigs = handler(
  IncrementalAlterConfigs,
  async ({ resources, validateOnly }, { broker }) => {
    const responses: Result[] = [];
    for (const resource of resources) {
      const current = (name: string): string => {
        const topic = broker.topics.get(resource.resourceName);
        const configs = topic === undefined ? [] : describeTopicConfig(topic, broker.config.texts);
        return configs.find((config) => config.name === name)?.value ?? "";
      };
      const change = (overrides: Readonly<Record<string, string>>) =>
        applyChanges(overrides, resource.configs, current);
      responses.push(await alterResource(broker, resource, change, validateOnly));
    }
    return { throttleTimeMs: 0, responses };
  },
);
