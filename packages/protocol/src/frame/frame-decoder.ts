import { ProtocolError } from "../protocol-error.ts";

/** The limit on a frame from a peer that has not authenticated itself yet. */
export const UNAUTHENTICATED_FRAME_BYTES_MAX = 64 * 1024;
/** The default limit on any other frame, that of Kafka's `socket.request.max.bytes`. */
export const FRAME_BYTES_MAX_DEFAULT = 100 * 1024 * 1024;

const LENGTH_BYTES = 4;
/** Chunks below this size are gathered in pads, so that a peer that sends single bytes costs little memory. */
const SMALL_CHUNK_BYTES = 1024;
const PAD_BYTES = 16 * 1024;

/**
 * Cuts a stream of bytes into frames, each an int32 length and that many bytes.
 *
 *     decoder.push(chunk);
 *     for (const frame of decoder) handle(frame);
 *
 * A frame that lies inside one chunk is a view of it. A frame that spans chunks is copied once, when its last
 * byte is there; memory grows with the bytes received, never with the length a peer announces.
 */
export class FrameDecoder {
  /** The largest frame to accept, in bytes without the length. A change holds from the next frame on. */
  frameBytesMax: number;
  #chunks: Buffer[] = [];
  /** The first unread byte of the first chunk. */
  #offset = 0;
  #bufferedBytes = 0;
  /** The length of the frame that is being received; -1 before it is known. */
  #frameBytes = -1;
  #pad: Buffer | undefined;
  #padUsedBytes = 0;
  /** Where the last chunk starts in the pad; -1 if the last chunk is not in it. */
  #padStart = -1;

  constructor(frameBytesMax: number = FRAME_BYTES_MAX_DEFAULT) {
    this.frameBytesMax = frameBytesMax;
  }

  /** How many bytes wait for the rest of their frame, or to be taken. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Whether a frame has begun whose last byte is not there, or not taken. */
  get isInsideFrame(): boolean {
    return this.#bufferedBytes > 0 || this.#frameBytes >= 0;
  }

  /** Takes the next bytes of the stream; they must not change as long as frames of them are in use. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.#bufferedBytes > 0 && chunk.length < SMALL_CHUNK_BYTES) this.#pushSmall(chunk);
    else this.#pushWhole(chunk);
    this.#bufferedBytes += chunk.length;
  }

  /**
   * The next complete frame, without its length, or undefined until more bytes come.
   * Throws `ProtocolError` (`FRAME_TOO_LARGE`) as soon as an impossible length is seen; the stream is then of
   * no more use.
   */
  next(): Buffer | undefined {
    if (this.#frameBytes < 0) {
      if (this.#bufferedBytes < LENGTH_BYTES) return undefined;
      const prefix = this.#take(LENGTH_BYTES);
      this.#frameBytes = checkLength(prefix, this.frameBytesMax);
    }
    if (this.#bufferedBytes < this.#frameBytes) return undefined;
    const frame = this.#take(this.#frameBytes);
    this.#frameBytes = -1;
    return frame;
  }

  /** The complete frames that are there. */
  *[Symbol.iterator](): Generator<Buffer, void, undefined> {
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  #pushWhole(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#padStart = -1;
  }

  /** Copies the chunk into the pad; small chunks that follow each other become one. */
  #pushSmall(chunk: Buffer): void {
    if (this.#pad === undefined || this.#padUsedBytes + chunk.length > PAD_BYTES) {
      this.#pad = Buffer.allocUnsafeSlow(PAD_BYTES);
      this.#padUsedBytes = 0;
      this.#padStart = -1;
    }
    if (this.#padStart < 0) {
      this.#padStart = this.#padUsedBytes;
      this.#chunks.push(chunk);
    }
    this.#pad.set(chunk, this.#padUsedBytes);
    this.#padUsedBytes += chunk.length;
    this.#chunks[this.#chunks.length - 1] = this.#pad.subarray(this.#padStart, this.#padUsedBytes);
  }

  /** Takes `length` buffered bytes off the front. */
  #take(length: number): Buffer {
    this.#bufferedBytes -= length;
    const first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    const end = this.#offset + length;
    if (end < first.length) {
      const frame = first.subarray(this.#offset, end);
      this.#offset = end;
      return frame;
    }
    const frame = end === first.length ? first.subarray(this.#offset) : this.#gather(length);
    if (end === first.length) this.#drop(1, 0);
    return frame;
  }

  /** Copies `length` bytes that lie in several chunks into one buffer. */
  #gather(length: number): Buffer {
    const frame = Buffer.allocUnsafe(length);
    let filled = 0;
    let offset = this.#offset;
    let used = 0;
    while (filled < length) {
      const chunk = this.#chunks[used]!;
      const end = Math.min(chunk.length, offset + length - filled);
      chunk.copy(frame, filled, offset, end);
      filled += end - offset;
      offset = end;
      if (end < chunk.length) break;
      used++;
      offset = 0;
    }
    this.#drop(used, offset);
    return frame;
  }

  #drop(chunks: number, offset: number): void {
    this.#chunks.splice(0, chunks);
    this.#offset = offset;
    if (this.#chunks.length > 0) return;
    this.#pad = undefined;
    this.#padStart = -1;
  }
}

function checkLength(prefix: Buffer, frameBytesMax: number): number {
  const length = prefix.readInt32BE(0);
  if (length >= 0 && length <= frameBytesMax) return length;
  throw new ProtocolError("FRAME_TOO_LARGE", describeLength(prefix, length, frameBytesMax));
}

/** Names the usual mistakes: browsers, health checks and TLS clients that reach a plaintext Kafka port. */
function describeLength(prefix: Buffer, length: number, frameBytesMax: number): string {
  const text = prefix.toString("latin1");
  if (/^(?:GET |HEAD|POST|PUT |DELE|OPTI|CONN|PATC|PRI )/.test(text)) {
    return `the peer sent an HTTP request ("${text.trim()}..."), but this port speaks the Kafka protocol`;
  }
  if (prefix[0] === 0x16 && prefix[1] === 0x03) {
    return "the peer began a TLS handshake, but this port speaks the Kafka protocol without TLS";
  }
  if (prefix[0] === 0x15 && prefix[1] === 0x03) {
    return "the peer sent a TLS alert: one side of the connection uses TLS and the other does not";
  }
  if (text === "HTTP") return "the peer answers in HTTP, not in the Kafka protocol";
  return `a frame of ${length} bytes was announced, at most ${frameBytesMax} are allowed`;
}
