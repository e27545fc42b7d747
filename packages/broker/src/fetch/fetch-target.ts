import type { LogRead } from "@letterpress/log";

/** One partition that a fetch asks for. */
export interface FetchTarget {
  /** Empty in requests that name topics by id. */
  readonly topic: string;
  /** The nil UUID in requests that name topics by name. */
  readonly topicId: string;
  readonly partition: number;
  readonly fetchOffset: bigint;
  /** -1 when the client does not know it. */
  readonly currentLeaderEpoch: number;
  readonly maxBytes: number;
}

/** What was read for a target. */
export interface FetchResult {
  readonly target: FetchTarget;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly logStartOffset: bigint;
  readonly chunks: readonly Buffer[];
  readonly sizeBytes: number;
  /** Gives the memory of the chunks back, as {@link LogRead} has it. */
  readonly release?: LogRead["release"] | undefined;
  /** Who leads, where the client has to look again. */
  readonly currentLeader?: { readonly leaderId: number; readonly leaderEpoch: number } | undefined;
}

/** The same for every fetch of one partition within a session. */
export function targetKey(target: Pick<FetchTarget, "topic" | "topicId" | "partition">): string {
  return `${target.topic}/${target.topicId}/${target.partition}`;
}
