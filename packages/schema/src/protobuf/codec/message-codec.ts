import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { coveredMessages } from "./covered-messages.ts";
import { compileDecoder, type DecodeMessage } from "./emit-decoder.ts";
import { compileEncoder, type EncodeMessage } from "./emit-encoder.ts";
import { ProtobufInput } from "./input.ts";
import type { ProtobufOutput } from "./output.ts";
import { UNUSUAL } from "./unusual.ts";

/**
 * The generated code of one message, made on first use. It covers what is common and leaves the rest to protobuf-es,
 * whose verdict is the one that counts: what the code does not take has not been found wrong.
 */
export class MessageCodec<Desc extends DescMessage> {
  readonly #descriptor: Desc;
  readonly #input = new ProtobufInput();
  #encode: EncodeMessage | undefined;
  #decode: DecodeMessage | undefined;

  constructor(descriptor: Desc) {
    this.#descriptor = descriptor;
  }

  /** Writes what may be given to `create`; false where that is left to protobuf-es. */
  encode(value: unknown, output: ProtobufOutput): boolean {
    this.#encode ??= this.#compile(compileEncoder);
    try {
      this.#encode(value, output);
      return true;
    } catch {
      // Whatever went wrong, also in a getter of the value, goes wrong again and is reported where it matters.
      return false;
    }
  }

  /** @throws Error of protobuf-es when the payload does not decode. */
  decode(buffer: Buffer, position: number, end: number): MessageShape<Desc> {
    this.#decode ??= this.#compile(compileDecoder);
    const input = this.#input;
    try {
      input.begin(buffer, position, end);
      return this.#decode(input) as MessageShape<Desc>;
    } catch {
      // A copy, because protobuf-es gives views of it.
      return fromBinary(this.#descriptor, new Uint8Array(buffer.subarray(position, end)));
    } finally {
      input.finish();
    }
  }

  #compile<Code>(compile: (messages: readonly DescMessage[]) => Code): Code | typeof leave {
    const messages = coveredMessages(this.#descriptor);
    return messages === undefined ? leave : compile(messages);
  }
}

/** The code of messages that are not covered. */
function leave(): never {
  throw UNUSUAL;
}
