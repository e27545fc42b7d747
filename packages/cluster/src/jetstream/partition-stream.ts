import type { PartitionId } from "@letterpress/log";
import { formatHeader, HEADER_NAME, type MessageHeader } from "../log/message-header.ts";
import type { NatsMessage } from "../nats/nats-message.ts";
import { type AppendReply, readAppendReply } from "./append-reply.ts";
import type { JetStreamApi } from "./jetstream-api.ts";
import { EXPECTED_LAST_SEQUENCE } from "./stored-message.ts";
import { StreamReader } from "./stream-reader.ts";

/** In front of every stream's name. */
export const STREAM_PREFIX = "K_";
/** Matches the subjects of all partitions. */
export const SUBJECTS = "k.>";
/** What header and protocol line of an append take at most; `max_payload` counts them. */
export const MESSAGE_OVERHEAD_BYTES = 4 * 1024;

export function streamName({ topicId, partition }: Omit<PartitionId, "topic">): string {
  return `${STREAM_PREFIX}${topicId}_${partition}`;
}

export function streamSubject({ topicId, partition }: PartitionId): string {
  return `k.${topicId}.${partition}`;
}

/** A stream of a partition, by default the one that holds its log: appends that expect a last sequence, and reads. */
export class PartitionStream {
  readonly id: PartitionId;
  readonly name: string;
  readonly subject: string;
  readonly api: JetStreamApi;
  readonly reader: StreamReader;

  constructor(api: JetStreamApi, id: PartitionId, name = streamName(id), subject = streamSubject(id)) {
    this.id = id;
    this.name = name;
    this.subject = subject;
    this.api = api;
    this.reader = new StreamReader(api, this.name);
  }

  /** Appends behind `lastSequence` or not at all. `onReply` is called once. */
  append(
    header: MessageHeader,
    bytes: Uint8Array,
    lastSequence: number,
    timeoutMs: number,
    onReply: (reply: AppendReply) => void,
  ): void {
    const headers = [
      ["Nats-Expected-Stream", this.name],
      [EXPECTED_LAST_SEQUENCE, String(lastSequence)],
      [HEADER_NAME, formatHeader(header)],
    ] as const;
    this.api.mux.send(this.subject, bytes, headers, timeoutMs, (reply: NatsMessage | undefined) => {
      onReply(readAppendReply(reply));
      return false;
    });
  }
}
