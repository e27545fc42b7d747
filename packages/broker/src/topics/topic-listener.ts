import type { Topic } from "./topic.ts";

/**
 * What follows a change of the topics: logs are opened, configured or deleted. Runs before the change is answered, except
 * where the metadata are shared: there, nobody waits for it, and it must not reject.
 */
export interface TopicListener {
  created?(topic: Topic): Promise<void>;
  /** Configuration or partition count changed. */
  changed?(topic: Topic, before: Topic): Promise<void>;
  deleted?(topic: Topic): Promise<void>;
}
