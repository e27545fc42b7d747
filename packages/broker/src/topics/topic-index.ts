import type { Topic } from "./topic.ts";
import { collisionKey } from "./topic-name.ts";

/** Topics by name and by id. */
export class TopicIndex {
  readonly #byName = new Map<string, Topic>();
  readonly #byId = new Map<string, Topic>();
  readonly #collisions = new Set<string>();

  get(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  byId(id: string): Topic | undefined {
    return this.#byId.get(id);
  }

  /** Every topic, in the order in which they were put first. */
  values(): Iterable<Topic> {
    return this.#byName.values();
  }

  /** Whether there is a topic whose name differs from this one in "." and "_" only, or not at all. */
  collides(name: string): boolean {
    return this.#collisions.has(collisionKey(name));
  }

  /** Adds the topic, or replaces the one of its name. */
  put(topic: Topic): void {
    this.#byName.set(topic.name, topic);
    this.#byId.set(topic.id, topic);
    this.#collisions.add(collisionKey(topic.name));
  }

  remove({ name, id }: Topic): void {
    this.#byName.delete(name);
    this.#byId.delete(id);
    this.#collisions.delete(collisionKey(name));
  }
}
