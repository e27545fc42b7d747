import { ConsumerProtocolSubscription } from "@letterpress/protocol";

/** The topics that a consumer's metadata names; undefined when it is not in the consumer protocol's format. */
export function subscribedTopics(metadata: Buffer): ReadonlySet<string> | undefined {
  try {
    return new Set(ConsumerProtocolSubscription.read(metadata).topics);
  } catch {
    return undefined;
  }
}
