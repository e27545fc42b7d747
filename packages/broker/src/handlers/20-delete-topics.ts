import { DeleteTopics, type RequestOf, type ResponseInitOf } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { handler } from "../handler.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

type Target = RequestOf<typeof DeleteTopics>["topics"][number];
type Result = ResponseInitOf<typeof DeleteTopics>["responses"][number];

/** DeleteTopics 0-6, by name and by id. The answer comes when the logs are gone. */
export const deleteTopics = handler(DeleteTopics, async (request, { broker, apiVersion }) => {
  const targets: Pick<Target, "name" | "topicId">[] =
    apiVersion >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: "" }));
  const responses: Result[] = [];
  for (const target of targets) responses.push(await deleteTopic(broker, target));
  return { responses };
});

async function deleteTopic(
  broker: Broker,
  { name, topicId }: Pick<Target, "name" | "topicId">,
): Promise<Result> {
  const found = name === null ? broker.topics.byId(topicId) : broker.topics.get(name);
  try {
    if (!broker.config["delete.topic.enable"]) {
      throw new BrokerError("TOPIC_DELETION_DISABLED", "delete.topic.enable is false on this broker");
    }
    if (found === undefined) {
      throw name === null
        ? new BrokerError("UNKNOWN_TOPIC_ID", `there is no topic ${topicId}`)
        : new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", `there is no topic ${name}`);
    }
    if (found.isInternal) {
      throw new BrokerError("INVALID_TOPIC_EXCEPTION", `${found.name} is internal: clients cannot delete it`);
    }
    const topic = await broker.topics.delete(found.name);
    return { name: topic.name, topicId: topic.id, errorCode: 0 };
  } catch (error) {
    const { errorCode, message } = toBrokerError(error);
    const id = topicId === "" ? {} : { topicId };
    return { name: found?.name ?? name, ...id, errorCode, errorMessage: message };
  }
}
