import { HEADER_NAME, type MessageHeader, parseHeader } from "../log/message-header.ts";
import type { NatsMessage } from "../nats/nats-message.ts";

/** The header by which an append says which message it is to follow. */
export const EXPECTED_LAST_SEQUENCE = "Nats-Expected-Last-Sequence";

/** A message as a stream has it. */
export interface StoredMessage {
  readonly sequence: number;
  /** Undefined for a message that no log has written, or that was stored elsewhere than where it was meant to be. */
  readonly header: MessageHeader | undefined;
  /** Empty when only headers were asked for. */
  readonly data: Buffer;
  /** The size of the payload, also when only headers were asked for. */
  readonly sizeBytes: number;
}

/** A message that `$JS.API.DIRECT.GET` gave. */
export function fromDirectGet(message: NatsMessage): StoredMessage {
  const sequence = Number(message.header("Nats-Sequence"));
  return {
    sequence,
    header: headerOf(message, sequence),
    data: message.data,
    sizeBytes: message.data.length,
  };
}

/**
 * A message that a consumer gave. Its place is in the subject for acknowledgements, which ends with stream sequence,
 * consumer sequence, time and pending count, and after those, in newer servers, a random token.
 */
export function fromConsumer(message: NatsMessage): StoredMessage {
  const tokens = message.reply.split(".");
  // $JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>..., with domain and account in front of the stream since v2.
  const at = tokens.length > 9 ? 7 : 5;
  const sequence = Number(tokens[at]);
  return {
    sequence,
    header: headerOf(message, sequence),
    data: message.data,
    sizeBytes: Number(message.header("Nats-Msg-Size") ?? message.data.length),
  };
}

/** What was meant to follow another message than it does was stored by a leader that did not know the stream's end. */
function headerOf(message: NatsMessage, sequence: number): MessageHeader | undefined {
  const expected = message.header(EXPECTED_LAST_SEQUENCE);
  if (expected !== undefined && Number(expected) !== sequence - 1) return undefined;
  return parseHeader(message.header(HEADER_NAME));
}
