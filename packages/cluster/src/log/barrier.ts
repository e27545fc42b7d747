import { setTimeout as delay } from "node:timers/promises";
import { LogError } from "@letterpress/log";
import type { AppendReply } from "../jetstream/append-reply.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { MessageHeader } from "./message-header.ts";
import { type LogVisitor, visitLog } from "./visit-log.ts";

const BARRIER_TIMEOUT_MS = 1_500;
const RETRY_MS = 200;
/**
 * How long to wait for the stream's end, attempt after attempt. A stream without a leader leaves the question unanswered; put
 * again soon, it meets the new leader soon. Servers that are slow get more time now and then.
 */
const INFO_TIMEOUTS_MS = [300, 300, 300, 1_000] as const;
/** Longer than any election: a server that still answers with an older end is no straggler. */
const LOSS_MS = 20_000;
const NO_BYTES = Buffer.alloc(0);
const FAILURES = { unavailable: "UNAVAILABLE", full: "FULL", "timed-out": "TIMED_OUT" } as const;

export interface BarrierOptions {
  readonly stream: PartitionStream;
  /** Everything up to here has been seen. */
  readonly seenSequence: number;
  /** Takes what lies behind. */
  readonly visitor: LogVisitor;
  /** What lies behind was removed in part: the visit goes on with the first message that is left. Throws to give up. */
  removed(): void;
  /** The message to append, once everything before it has been visited. Throws when this broker must not write any more. */
  header(): MessageHeader;
  /** Told of an attempt that failed for want of servers. Throws to give up. */
  failed(error: JetStreamError): void;
}

/**
 * Appends a message behind everything that is stored, after having seen all of it. When it is acknowledged, nothing sent
 * before it can come in front of it any more: it is a fence, and the one linearizable read that a stream has.
 * Where the stream ends is a guess each time, for any server may answer with an old state; the append decides. Even that
 * only by its place: a server that has just been made leader compares what an append expects with what it has applied so
 * far, and may store it behind a part of the log that nobody here has seen. Such a barrier counts for nothing; the next one
 * is placed behind it.
 *
 * @returns the message and its sequence.
 * @throws LogError `STORAGE_FAILED` when the stream has lost what was seen; what `visitLog`, `header` and `failed` throw.
 */
export async function placeBarrier(
  options: BarrierOptions,
): Promise<{ readonly sequence: number; readonly header: MessageHeader }> {
  const { stream } = options;
  let seen = options.seenSequence;
  let hint: number | undefined;
  let shortSinceMs: number | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      const ends = hint === undefined ? await endsOf(stream, attempt) : { first: 0, last: hint };
      const { first, last } = ends;
      hint = undefined;
      if (last < seen) {
        shortSinceMs ??= performance.now();
        if (performance.now() - shortSinceMs > LOSS_MS) throw lost(stream, last, seen);
        throw new JetStreamError("UNAVAILABLE", `${stream.name} answers with an old state`);
      }
      shortSinceMs = undefined;
      if (first > seen + 1) {
        options.removed();
        seen = first - 1;
      }
      for await (const sequence of visitLog(stream, seen + 1, last, options.visitor)) seen = sequence;
      const header = options.header();
      const reply = await append(stream, header, last);
      if (reply.kind === "stored") {
        if (reply.sequence === last + 1) return { sequence: reply.sequence, header };
        hint = reply.sequence;
      } else if (reply.kind === "wrong-sequence") {
        hint = reply.lastSequence;
      } else {
        throw new JetStreamError(FAILURES[reply.kind], `${stream.name}: ${reply.reason}`);
      }
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error;
      options.failed(error);
      await delay(RETRY_MS);
    }
  }
}

function append(stream: PartitionStream, header: MessageHeader, lastSequence: number): Promise<AppendReply> {
  return new Promise((resolve) => {
    stream.append(header, NO_BYTES, lastSequence, BARRIER_TIMEOUT_MS, resolve);
  });
}

/** The first and the last message that the stream has, as far as the server that answers knows. */
async function endsOf(
  stream: PartitionStream,
  attempt: number,
): Promise<{ readonly first: number; readonly last: number }> {
  const timeoutMs = INFO_TIMEOUTS_MS[attempt % INFO_TIMEOUTS_MS.length]!;
  const info = await stream.api.streamInfo(stream.name, timeoutMs);
  if (info === undefined) throw new LogError("CLOSED", `the stream ${stream.name} does not exist any more`);
  return { first: info.state.first_seq, last: info.state.last_seq };
}

function lost(stream: PartitionStream, last: number, seen: number): LogError {
  return new LogError(
    "STORAGE_FAILED",
    `the stream ${stream.name} ends at message ${last}, but message ${seen} was acknowledged: it has lost data; ` +
      "restore it from a backup, or delete the topic",
  );
}
