const PAGE_BYTES = 256 * 1024;
const PAGE_START_BYTES = 512;

/** The content of a file in memory: full pages, and a last one that grows by doubling so that small files stay small. */
export class MemoryFile {
  sizeBytes = 0;
  readonly #pages: Buffer[] = [];

  write(buffer: Buffer, position: number): void {
    let at = position;
    let from = 0;
    while (from < buffer.length) {
      const within = at % PAGE_BYTES;
      const bytes = Math.min(buffer.length - from, PAGE_BYTES - within);
      const page = this.#page(Math.floor(at / PAGE_BYTES), within + bytes);
      buffer.copy(page, within, from, from + bytes);
      at += bytes;
      from += bytes;
    }
    this.sizeBytes = Math.max(this.sizeBytes, at);
  }

  read(buffer: Buffer, position: number): number {
    const end = Math.min(this.sizeBytes, position + buffer.length);
    let at = position;
    while (at < end) {
      const within = at % PAGE_BYTES;
      const bytes = Math.min(end - at, PAGE_BYTES - within);
      const page = this.#page(Math.floor(at / PAGE_BYTES), within + bytes);
      page.copy(buffer, at - position, within, within + bytes);
      at += bytes;
    }
    return Math.max(0, end - position);
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes < this.sizeBytes) {
      this.#pages.length = Math.ceil(sizeBytes / PAGE_BYTES);
      // What lies behind the new end must read as zeros if the file grows over it again.
      const within = sizeBytes % PAGE_BYTES;
      if (within > 0) this.#pages.at(-1)!.fill(0, within);
    }
    this.sizeBytes = sizeBytes;
  }

  #page(index: number, bytes: number): Buffer {
    while (this.#pages.length <= index) this.#pages.push(Buffer.alloc(0));
    let page = this.#pages[index]!;
    if (page.length < bytes) {
      const larger = Buffer.alloc(Math.min(PAGE_BYTES, Math.max(bytes, page.length * 2, PAGE_START_BYTES)));
      page.copy(larger);
      page = larger;
      this.#pages[index] = page;
    }
    return page;
  }
}
