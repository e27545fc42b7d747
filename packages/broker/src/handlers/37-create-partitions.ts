import { CreatePartitions, type ResponseInitOf } from "@letterpress/protocol";
import { BrokerError } from "../broker-error.ts";
import { handler } from "../handler.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

/** CreatePartitions 0-3. Manual assignments are refused where they do not fit the number of new partitions. */
export const createPartitions = handler(CreatePartitions, async ({ topics, validateOnly }, { broker }) => {
  const results: ResponseInitOf<typeof CreatePartitions>["results"][number][] = [];
  for (const { name, count, assignments } of topics) {
    try {
      const topic = broker.topics.get(name);
      if (topic?.isInternal === true) {
        throw new BrokerError("INVALID_TOPIC_EXCEPTION", `${name} is internal: its partitions are fixed`);
      }
      if (topic !== undefined && assignments !== null && assignments.length !== count - topic.partitions) {
        throw new BrokerError(
          "INVALID_REPLICA_ASSIGNMENT",
          `${assignments.length} assignments do not fit ${count}`,
        );
      }
      await broker.topics.addPartitions(name, count, { validateOnly });
      results.push({ name, errorCode: 0 });
    } catch (error) {
      const { errorCode, message } = toBrokerError(error);
      results.push({ name, errorCode, errorMessage: message });
    }
  }
  return { throttleTimeMs: 0, results };
});
