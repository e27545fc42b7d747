import { HEADER_NAME, type MessageHeader, parseHeader } from "../log/message-header.ts";
import type { NatsMessage } from "../nats/nats-link.ts";

/** A message as a stream has it. */
export interface StoredMessage {
  readonly sequence: number;
  /** Undefined for a message that no log has written. */
  readonly header: MessageHeader | undefined;
  /** Empty when only headers were asked for. */
  readonly data: Buffer;
  /** The size of the payload, also when only headers were asked for. */
  readonly sizeBytes: number;
}

/** A message that `$JS.API.DIRECT.GET` gave. */
export function fromDirectGet(message: NatsMessage): StoredMessage {
  return {
    sequence: Number(message.header("Nats-Sequence")),
    header: parseHeader(message.header(HEADER_NAME)),
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
  return {
    sequence: Number(tokens[at]),
    header: parseHeader(message.header(HEADER_NAME)),
    data: message.data,
    sizeBytes: Number(message.header("Nats-Msg-Size") ?? message.data.length),
  };
}
