import { LogError } from "@letterpress/log";
import type { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { placeBarrier } from "./barrier.ts";
import { LogContent } from "./log-content.ts";
import { emptyHeader } from "./message-header.ts";

export interface TakeOverOptions {
  readonly stream: PartitionStream;
  /** The first message that the stream still has. */
  readonly firstSequence: number;
  /** Asked before each attempt: a process that was paused must not take a log from whoever leads it since. */
  mayLead(): boolean;
  /** The epoch to lead in. Default the one after the last. An older one than the last is refused. */
  readonly leaderEpoch: number | undefined;
  readonly timeoutMs: number;
  readonly segmentBytes: number;
}

/**
 * Begins a new term: reads the headers of everything stored, then appends a message that says so behind it. From
 * then on nothing that another broker appends counts.
 *
 * @throws LogError `NOT_LEADER`, `NOT_ENOUGH_REPLICAS`, `TIMED_OUT`, `STORAGE_FAILED`
 */
export async function takeOver(options: TakeOverOptions): Promise<LogContent> {
  const { stream, timeoutMs } = options;
  const content = new LogContent();
  content.index.setSegmentBytes(options.segmentBytes);
  const deadlineMs = performance.now() + timeoutMs;
  const { sequence, header } = await placeBarrier({
    stream,
    seenSequence: options.firstSequence - 1,
    visit: (message) => content.visit(message),
    header() {
      if (!options.mayLead()) {
        throw new LogError("NOT_LEADER", `this broker does not lead ${stream.name} any more`);
      }
      const { place } = content;
      const { leaderEpoch = place.leaderEpoch + 1 } = options;
      if (leaderEpoch < place.leaderEpoch) {
        throw new LogError("NOT_LEADER", `${stream.name} is led in epoch ${place.leaderEpoch} already`);
      }
      return emptyHeader("term", { ...place, term: place.term + 1, leaderEpoch });
    },
    failed(error) {
      if (performance.now() > deadlineMs) throw unavailable(error);
    },
  });
  content.stored(sequence, header, 0);
  content.index.trim(content.place.startOffset);
  return content;
}

/** What a request to JetStream that failed means for a log. */
export function unavailable(cause: JetStreamError): LogError {
  const code = cause.code === "TIMED_OUT" ? "TIMED_OUT" : "NOT_ENOUGH_REPLICAS";
  return new LogError(code, cause.message, { cause });
}
