import { setTimeout as delay } from "node:timers/promises";
import { LogError } from "@letterpress/log";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import { placeBarrier } from "./barrier.ts";
import { CleanedPrefix } from "./cleaned-prefix.ts";
import { isInForce } from "./generation.ts";
import { LogContent } from "./log-content.ts";
import { emptyHeader } from "./message-header.ts";
import { visitAll } from "./visit-log.ts";

const RETRY_MS = 200;

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
  /** Where the log's compacted front is, if it has one. Default: the log has none. */
  readonly cleaned?: CleanedStreams;
}

/**
 * Begins a new term: reads the headers of everything stored, then appends a message that says so behind it. From
 * then on nothing that another broker appends counts.
 *
 * @throws LogError `NOT_LEADER`, `NOT_ENOUGH_REPLICAS`, `TIMED_OUT`, `STORAGE_FAILED`
 */
export async function takeOver(options: TakeOverOptions): Promise<LogContent> {
  const { stream, timeoutMs } = options;
  let content = emptyContent(options);
  const deadlineMs = performance.now() + timeoutMs;
  const { sequence, header } = await placeBarrier({
    stream,
    seenSequence: options.firstSequence - 1,
    visitor: {
      get place() {
        return content.place;
      },
      visit: (message) => content.visit(message),
    },
    removed() {
      content = emptyContent(options);
    },
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
  const whole = await withPrefix(content, options, deadlineMs);
  whole.trim(whole.place.startOffset);
  return whole;
}

/**
 * The same content behind the compacted front that it names. What lies in the front comes first, so that epochs and
 * producers are learned in the order of the log; the headers of the log's own stream are read once more for that.
 */
async function withPrefix(
  content: LogContent,
  options: TakeOverOptions,
  deadlineMs: number,
): Promise<LogContent> {
  const { stream, cleaned, segmentBytes } = options;
  const mark = content.place.cleaned;
  if (cleaned === undefined || !isInForce(mark, content.place)) return content;
  for (;;) {
    try {
      const prefix = await CleanedPrefix.load(mark, cleaned.at(mark.generation), segmentBytes);
      const whole = emptyContent(options, prefix);
      const first = (await stream.api.streamInfo(stream.name))?.state.first_seq ?? 1;
      await visitAll(stream, Math.max(1, first), content.sequence, whole);
      return whole;
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error;
      // What a server misses may be told by one that lags, and be there a moment later.
      if (performance.now() > deadlineMs)
        throw error.code === "REFUSED" ? lost(stream, error) : unavailable(error);
      await delay(RETRY_MS);
    }
  }
}

function emptyContent({ segmentBytes }: TakeOverOptions, prefix?: CleanedPrefix): LogContent {
  const content = new LogContent(prefix);
  content.index.setSegmentBytes(segmentBytes);
  return content;
}

function lost({ name }: PartitionStream, cause: JetStreamError): LogError {
  return new LogError(
    "STORAGE_FAILED",
    `${cause.message}: ${name} has lost its compacted front; restore it from a backup, or delete the topic`,
    { cause },
  );
}

/** What a request to JetStream that failed means for a log. */
export function unavailable(cause: JetStreamError): LogError {
  const code = cause.code === "TIMED_OUT" ? "TIMED_OUT" : "NOT_ENOUGH_REPLICAS";
  return new LogError(code, cause.message, { cause });
}
