/** What a server says of itself. */
export interface NatsServerFacts {
  readonly version: string;
  readonly maxPayloadBytes: number;
  readonly hasJetStream: boolean;
}

export interface NatsMessage {
  readonly subject: string;
  /** Empty when there is none. */
  readonly reply: string;
  /** A view that stays valid. */
  readonly data: Buffer;
  /** Undefined when the message has no such header. */
  header(name: string): string | undefined;
  /** The status in place of a message, such as 503 when nobody listens; 0 for a message. */
  readonly status: number;
  readonly description: string;
}

export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}
