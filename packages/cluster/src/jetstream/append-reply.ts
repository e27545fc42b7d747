import type { NatsMessage } from "../nats/nats-message.ts";

/** `wrong last sequence: 42`, and since 2.12 in some places the same without the number. */
const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);

/** JetStream's numbers for a server or an account that has no room left, for any of its reasons. */
const NO_ROOM = new Set([10002, 10023, 10028, 10047, 10077]);

/** What became of an append. */
export type AppendReply =
  | { readonly kind: "stored"; readonly sequence: number }
  /** The stream does not end where the append expected it. The last sequence is a hint, and not always given. */
  | { readonly kind: "wrong-sequence"; readonly lastSequence: number | undefined }
  /** Nobody could take it; nothing is stored, as far as the answer tells. */
  | { readonly kind: "unavailable"; readonly reason: string }
  /** There is no room for it; nothing is stored. */
  | { readonly kind: "full"; readonly reason: string }
  /** Nobody knows. */
  | { readonly kind: "timed-out"; readonly reason: string };

interface PubAck {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

export function readAppendReply(reply: NatsMessage | undefined): AppendReply {
  if (reply === undefined) return { kind: "timed-out", reason: "the stream did not acknowledge in time" };
  if (reply.status !== 0) return { kind: "unavailable", reason: "no server takes appends to the stream" };
  let ack: PubAck;
  try {
    ack = JSON.parse(reply.data.toString("latin1"));
  } catch {
    return { kind: "timed-out", reason: "the stream answered with something that is no acknowledgement" };
  }
  const { seq, error } = ack;
  if (error === undefined && seq !== undefined) return { kind: "stored", sequence: seq };
  const description = error?.description ?? "the stream gave no reason";
  const number = error?.err_code ?? 0;
  if (NO_ROOM.has(number)) return { kind: "full", reason: description };
  if (!WRONG_LAST_SEQUENCE.has(number)) return { kind: "unavailable", reason: description };
  const digits = /\d+$/.exec(description)?.[0];
  return { kind: "wrong-sequence", lastSequence: digits === undefined ? undefined : Number(digits) };
}
