/** Smaller buffers are left to the garbage collector: they are cheap to it, and may be slices of a pool. */
const FREED_BYTES_MIN = 4096;

/**
 * Gives a buffer's memory back now. Buffers lie outside the JavaScript heap and are counted against a small limit of
 * their own, past which V8 collects the whole heap: left to itself, every few tens of megabytes that come in.
 *
 * The buffer and its views are empty afterwards, so a view that is read too late shows as an error and never as
 * another request's bytes. Nothing native may be using it: no write to a socket or a file.
 */
export function freeMemory(memory: Buffer): void {
  if (memory.length < FREED_BYTES_MIN || memory.length !== memory.buffer.byteLength) return;
  (memory.buffer as ArrayBuffer).transfer(0);
}
