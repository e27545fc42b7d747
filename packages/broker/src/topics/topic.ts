import type { TopicConfig } from "../config/topic-config.ts";

/** A topic as it is now. Immutable: a change makes a new one. */
export interface Topic {
  readonly name: string;
  /** A UUID; a topic that is deleted and made again has another one. */
  readonly id: string;
  /** How many partitions it has, numbered from 0. */
  readonly partitions: number;
  /** How many copies of each partition there are. */
  readonly replicationFactor: number;
  /** Internal topics belong to the broker or the server: clients may read them, but not write to them. */
  readonly isInternal: boolean;
  /** What was set on the topic itself, under Kafka's names. */
  readonly overrides: Readonly<Record<string, string>>;
  /** What follows from the overrides and the broker's defaults. */
  readonly config: TopicConfig;
}
