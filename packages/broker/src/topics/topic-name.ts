const NAME_LENGTH_MAX = 249;
const LEGAL = /^[a-zA-Z0-9._-]+$/;

/** What is wrong with a topic name, as Apache Kafka judges it; undefined when it is fine. */
export function topicNameFault(name: string): string | undefined {
  if (name === "") return "the topic name is empty";
  if (name === "." || name === "..") return `the topic name cannot be "${name}"`;
  if (name.length > NAME_LENGTH_MAX) return `the topic name is longer than ${NAME_LENGTH_MAX} characters`;
  if (!LEGAL.test(name)) {
    return `the topic name ${JSON.stringify(name)} has characters other than ASCII letters, digits, ".", "_" and "-"`;
  }
  return undefined;
}

/**
 * Two names collide when they differ in "." against "_" only: both would share one metric name. Apache Kafka
 * refuses the second one, and so do we, so that topics can move in either direction.
 */
export function collisionKey(name: string): string {
  return name.replaceAll(".", "_");
}
