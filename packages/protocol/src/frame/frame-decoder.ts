import { ProtocolError } from "../protocol-error.ts";
import { Frame, FrameMemory, type FreeMemory } from "./frame.ts";

/** The limit on a frame from a peer that has not authenticated itself yet. */
export const UNAUTHENTICATED_FRAME_BYTES_MAX = 64 * 1024;
/** The default limit on any other frame, that of Kafka's `socket.request.max.bytes`. */
export const FRAME_BYTES_MAX_DEFAULT = 100 * 1024 * 1024;

const LENGTH_BYTES = 4;
/** Chunks below this size are gathered in pads, so that a peer that sends single bytes costs little memory. */
const SMALL_CHUNK_BYTES = 1024;
const PAD_BYTES = 16 * 1024;
const NO_BYTES = Buffer.alloc(0);

/**
 * Cuts a stream of bytes into frames, each an int32 length and that many bytes.
 *
 *     decoder.push(chunk);
 *     for (const frame of decoder) handle(frame);
 *
 * A frame that lies inside one chunk is a view of it. A frame that spans chunks is copied once, when its last
 * byte is there; memory grows with the bytes received, never with the length a peer announces.
 *
 * With `free` the decoder owns the chunks it is given: it hands over each chunk and each copied frame whose bytes were
 * all taken and whose frames, got by {@link nextFrame}, were all released. Those got in other ways are never released.
 */
export class FrameDecoder {
  /** The largest frame to accept, in bytes without the length. A change holds from the next frame on. */
  frameBytesMax: number;
  readonly #free: FreeMemory | undefined;
  #chunks: FrameMemory[] = [];
  /** The first unread byte of the first chunk. */
  #offset = 0;
  #bufferedBytes = 0;
  /** The length of the frame that is being received; -1 before it is known. */
  #frameBytes = -1;
  #pad: Buffer | undefined;
  #padUsedBytes = 0;
  /** Where the last chunk starts in the pad; -1 if the last chunk is not in it. */
  #padStart = -1;

  constructor(frameBytesMax: number = FRAME_BYTES_MAX_DEFAULT, free?: FreeMemory) {
    this.frameBytesMax = frameBytesMax;
    this.#free = free;
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

  /** The bytes of {@link nextFrame}, for those who keep or forget them as they like. */
  next(): Buffer | undefined {
    return this.nextFrame()?.bytes;
  }

  /**
   * The next complete frame, without its length, or undefined until more bytes come.
   * Throws `ProtocolError` (`FRAME_TOO_LARGE`) as soon as an impossible length is seen; the stream is then of
   * no more use.
   */
  nextFrame(): Frame | undefined {
    if (this.#frameBytes < 0) {
      if (this.#bufferedBytes < LENGTH_BYTES) return undefined;
      const prefix = this.#view(LENGTH_BYTES) ?? this.#gather(LENGTH_BYTES);
      this.#frameBytes = checkLength(prefix, this.frameBytesMax);
      this.#skip(LENGTH_BYTES);
    }
    if (this.#bufferedBytes < this.#frameBytes) return undefined;
    const frame = this.#cut(this.#frameBytes);
    this.#skip(this.#frameBytes);
    this.#frameBytes = -1;
    return frame;
  }

  /** The complete frames that are there. */
  *[Symbol.iterator](): Generator<Buffer, void, undefined> {
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  #pushWhole(chunk: Buffer): void {
    this.#chunks.push(new FrameMemory(chunk, this.#free));
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
      // Never freed, for a pad holds other chunks as well.
      this.#chunks.push(new FrameMemory(chunk, undefined));
    }
    this.#pad.set(chunk, this.#padUsedBytes);
    this.#padUsedBytes += chunk.length;
    this.#chunks.at(-1)!.bytes = this.#pad.subarray(this.#padStart, this.#padUsedBytes);
  }

  /** The first `length` buffered bytes as a frame that holds its memory. */
  #cut(length: number): Frame {
    const view = this.#view(length);
    if (view === undefined) {
      const copy = this.#gather(length);
      return new Frame(copy, new FrameMemory(copy, this.#free));
    }
    const memory = this.#chunks[0] ?? new FrameMemory(view, undefined);
    memory.hold();
    return new Frame(view, memory);
  }

  /** The first `length` buffered bytes where they are, or undefined when they lie in several chunks. */
  #view(length: number): Buffer | undefined {
    const first = this.#chunks[0]?.bytes ?? NO_BYTES;
    const end = this.#offset + length;
    return end <= first.length ? first.subarray(this.#offset, end) : undefined;
  }

  /** Copies the first `length` buffered bytes, which lie in several chunks, into one buffer. */
  #gather(length: number): Buffer {
    const frame = Buffer.allocUnsafe(length);
    let filled = 0;
    let offset = this.#offset;
    for (let index = 0; filled < length; index++) {
      filled += this.#chunks[index]!.bytes.copy(frame, filled, offset);
      offset = 0;
    }
    return frame;
  }

  /** Takes `length` buffered bytes off the front; chunks without more are released. */
  #skip(length: number): void {
    this.#bufferedBytes -= length;
    let offset = this.#offset + length;
    let used = 0;
    while (used < this.#chunks.length && offset >= this.#chunks[used]!.bytes.length) {
      offset -= this.#chunks[used]!.bytes.length;
      used++;
    }
    this.#offset = offset;
    if (used === 0) return;
    for (const chunk of this.#chunks.splice(0, used)) chunk.release();
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
