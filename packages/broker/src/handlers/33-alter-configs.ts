import { AlterConfigs, type ResponseInitOf } from "@letterpress/protocol";
import { alterResource } from "../config/alter-config.ts";
import { readOverrides } from "../config/topic-config.ts";
import { handler } from "../handler.ts";

/** AlterConfigs 0-2: what is not named goes back to its default. Superseded by IncrementalAlterConfigs. */
export const alterConfigs = handler(AlterConfigs, async ({ resources, validateOnly }, { broker }) => {
  const responses: ResponseInitOf<typeof AlterConfigs>["responses"][number][] = [];
  for (const resource of resources) {
    responses.push(
      await alterResource(broker, resource, () => readOverrides(resource.configs), validateOnly),
    );
  }
  return { throttleTimeMs: 0, responses };
});
