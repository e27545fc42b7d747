import { expect, test } from "vitest";
import { BrokerError } from "./broker-error.ts";
import { ensureStateTopic } from "./state-topics.ts";
import type { Topic } from "./topics/topic.ts";
import type { TopicCatalog } from "./topics/topic-catalog.ts";

test("a state topic that another broker makes meanwhile is taken as it is", async () => {
  const made = { name: "_state", partitions: 1 } as Topic;
  let known: Topic | undefined;
  const topics = {
    get: () => known,
    create: async () => {
      known = made;
      throw new BrokerError("TOPIC_ALREADY_EXISTS", "topic _state exists already");
    },
  } as unknown as TopicCatalog;
  expect(await ensureStateTopic(topics, "_state", 1)).toBe(made);
});

test("any other failure to make it is told", async () => {
  const topics = {
    get: () => undefined,
    create: () => Promise.reject(new BrokerError("REQUEST_TIMED_OUT", "no controller")),
  } as unknown as TopicCatalog;
  await expect(ensureStateTopic(topics, "_state", 1)).rejects.toMatchObject({ code: "REQUEST_TIMED_OUT" });
});
