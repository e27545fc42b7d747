import { NO_PRODUCER_ID, type RecordBatchHeader } from "@letterpress/wire";
import type { CleanedMark } from "./generation.ts";

/*
 * Every message of a partition's stream carries one header, in words that `nats stream view` shows as they are:
 *
 *   Letterpress: data term=5 epoch=3 base=120 last=161 start=0 time=1700000000000 count=42 producer=7/0/120
 *   Letterpress: term term=6 epoch=4 base=162 last=161 start=0
 *   Letterpress: logstart term=6 epoch=4 base=162 last=161 start=100
 *   Letterpress: gap term=0 epoch=0 base=0 last=99 start=100
 *   Letterpress: gap term=0 epoch=0 base=162 last=170 start=100 time=1700000000000 count=0 producer=7/0/162
 *   Letterpress: cleaned term=6 epoch=4 base=171 last=170 start=100 cleaned=6-1/150/88
 *
 * `data` is a record batch. `term` is what a broker writes when it takes the log over: every opening has a term of its
 * own, while the leader epoch is what clients are told, and stays when the same leader opens the log anew. `logstart`
 * moves the first readable offset; it also is what a leader writes to learn which of its appends are stored. These two
 * hold no records: `base` is the next offset. `gap` gives out offsets that have no records any more, where an imported
 * log was compacted or trimmed; with a producer it stands for the batch of that producer that lay there. `cleaned` makes a
 * compacted copy take the place of the log's front: offsets below 150 are in generation 6-1, a stream of 88 messages. It
 * holds no records either, and every message behind it says the same, as with the start.
 */
export const HEADER_NAME = "Letterpress";

export type MessageKind = "data" | "term" | "logstart" | "gap" | "cleaned";

/** What the header of a stored message says. Offsets are safe integers. */
export interface MessageHeader {
  readonly kind: MessageKind;
  readonly term: number;
  readonly leaderEpoch: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** The first readable offset when the message was written. */
  readonly startOffset: number;
  readonly maxTimestampMs: number;
  readonly recordCount: number;
  /** Undefined for a batch of no idempotent producer. */
  readonly producer:
    | { readonly id: bigint; readonly epoch: number; readonly baseSequence: number }
    | undefined;
  /** The compacted front of the log when the message was written. Default none. */
  readonly cleaned?: CleanedMark | undefined;
}

/** What every message says of the log that it belongs to. */
type HeaderPlace = Pick<MessageHeader, "term" | "leaderEpoch" | "startOffset" | "cleaned">;

/** A message without records, at the end of the log. */
export function emptyHeader(
  kind: "term" | "logstart" | "cleaned",
  place: HeaderPlace & { readonly endOffset: number },
): MessageHeader {
  const { term, leaderEpoch, startOffset, endOffset, cleaned } = place;
  return {
    kind,
    term,
    leaderEpoch,
    baseOffset: endOffset,
    lastOffset: endOffset - 1,
    startOffset,
    maxTimestampMs: -1,
    recordCount: 0,
    producer: undefined,
    ...(cleaned === undefined ? {} : { cleaned }),
  };
}

/** A message that holds a record batch. */
export function dataHeader(place: HeaderPlace, batch: RecordBatchHeader): MessageHeader {
  const { term, leaderEpoch, startOffset, cleaned } = place;
  const { producerId, producerEpoch, baseSequence } = batch;
  return {
    kind: "data",
    term,
    leaderEpoch,
    baseOffset: Number(batch.baseOffset),
    lastOffset: Number(batch.lastOffset),
    startOffset,
    maxTimestampMs: Math.min(batch.maxTimestampMs, Number.MAX_SAFE_INTEGER),
    recordCount: batch.recordCount,
    producer:
      producerId === NO_PRODUCER_ID ? undefined : { id: producerId, epoch: producerEpoch, baseSequence },
    ...(cleaned === undefined ? {} : { cleaned }),
  };
}

/** A message that gives out offsets without records, from the end of the log to `lastOffset`. */
export function gapHeader(
  place: Pick<MessageHeader, "term" | "leaderEpoch" | "startOffset">,
  gap: Pick<MessageHeader, "baseOffset" | "lastOffset"> &
    Partial<Pick<MessageHeader, "producer" | "maxTimestampMs">>,
): MessageHeader {
  const { term, leaderEpoch, startOffset } = place;
  const { baseOffset, lastOffset, producer, maxTimestampMs = -1 } = gap;
  const offsets = { baseOffset, lastOffset, startOffset };
  return { kind: "gap", term, leaderEpoch, ...offsets, maxTimestampMs, recordCount: 0, producer };
}

const PATTERN =
  /^(data|term|logstart|gap|cleaned) term=(\d+) epoch=(\d+) base=(\d+) last=(-?\d+) start=(\d+)(?: time=(-?\d+) count=(\d+))?(?: producer=(\d+)\/(\d+)\/(-?\d+))?(?: cleaned=(\d+)-(\d+)\/(\d+)\/(\d+))?$/;

export function formatHeader(header: MessageHeader): string {
  const { kind, term, leaderEpoch, baseOffset, lastOffset, startOffset, producer, cleaned } = header;
  let text = `${kind} term=${term} epoch=${leaderEpoch} base=${baseOffset} last=${lastOffset} start=${startOffset}`;
  if (kind === "data" || producer !== undefined) {
    text += ` time=${header.maxTimestampMs} count=${header.recordCount}`;
  }
  if (producer !== undefined) text += ` producer=${producer.id}/${producer.epoch}/${producer.baseSequence}`;
  if (cleaned === undefined) return text;
  const { generation, endOffset, lastSequence } = cleaned;
  return `${text} cleaned=${generation.term}-${generation.number}/${endOffset}/${lastSequence}`;
}

/** Undefined when the text is no header of ours. */
export function parseHeader(text: string | undefined): MessageHeader | undefined {
  const found = text === undefined ? null : PATTERN.exec(text);
  if (found === null) return undefined;
  const [, kind, term, leaderEpoch, base, last, start, time, count, ...rest] = found;
  const [producerId, producerEpoch, sequence, ...mark] = rest;
  const header: MessageHeader = {
    kind: kind as MessageKind,
    term: Number(term),
    leaderEpoch: Number(leaderEpoch),
    baseOffset: Number(base),
    lastOffset: Number(last),
    startOffset: Number(start),
    maxTimestampMs: Number(time ?? -1),
    recordCount: Number(count ?? 0),
    producer:
      producerId === undefined
        ? undefined
        : { id: BigInt(producerId), epoch: Number(producerEpoch), baseSequence: Number(sequence) },
    ...(mark[0] === undefined ? {} : { cleaned: toMark(mark.map(Number)) }),
  };
  const isSane =
    Number.isSafeInteger(header.baseOffset) &&
    Number.isSafeInteger(header.startOffset) &&
    Number.isSafeInteger(header.term) &&
    Number.isSafeInteger(header.leaderEpoch) &&
    mark.every((field) => field === undefined || Number.isSafeInteger(Number(field))) &&
    (kind === "data" || kind === "gap"
      ? header.lastOffset >= header.baseOffset
      : header.lastOffset === header.baseOffset - 1);
  const isWhole = (kind !== "data" || time !== undefined) && (kind !== "cleaned" || mark[0] !== undefined);
  return isSane && isWhole ? header : undefined;
}

function toMark(fields: readonly number[]): CleanedMark {
  const [term, number, endOffset, lastSequence] = fields as [number, number, number, number];
  return { generation: { term, number }, endOffset, lastSequence };
}
