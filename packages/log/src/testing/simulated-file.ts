import type { Random } from "./random.ts";

const SECTOR_BYTES = 512;

/**
 * The content of a file as the system shows it and as the disk has it. What was written since the last sync is
 * dirty, sector by sector; a crash decides the fate of each one, and of the size, on its own.
 */
export class SimulatedFile {
  /** What reads see. */
  content = Buffer.alloc(0);
  /** What survives a crash for certain. */
  #durable = Buffer.alloc(0);
  readonly #dirtySectors = new Set<number>();
  #isSizeDirty = false;

  get isDirty(): boolean {
    return this.#isSizeDirty || this.#dirtySectors.size > 0;
  }

  write(buffers: readonly Buffer[], position: number): void {
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    if (position + bytes > this.content.length) this.#resize(position + bytes);
    let at = position;
    for (const buffer of buffers) {
      buffer.copy(this.content, at);
      at += buffer.length;
    }
    const last = Math.ceil((position + bytes) / SECTOR_BYTES);
    for (let sector = Math.floor(position / SECTOR_BYTES); sector < last; sector++) {
      this.#dirtySectors.add(sector);
    }
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes !== this.content.length) this.#resize(sizeBytes);
  }

  sync(): void {
    if (!this.isDirty) return;
    const durable = Buffer.alloc(this.content.length);
    this.#durable.copy(durable);
    for (const sector of this.#dirtySectors) copySector(this.content, durable, sector);
    this.#durable = durable;
    this.#dirtySectors.clear();
    this.#isSizeDirty = false;
  }

  /** A sync that fails: the system forgets what was dirty, and goes on showing it as if it were stored. */
  failSync(): void {
    this.#dirtySectors.clear();
    this.#isSizeDirty = false;
  }

  crash(random: Random): void {
    const before = this.#durable.length;
    const after = this.content.length;
    let sizeBytes = before;
    if (this.#isSizeDirty) {
      const low = Math.min(before, after);
      const high = Math.max(before, after);
      sizeBytes = [before, after, low + random.below(high - low + 1)][random.below(3)]!;
    }
    const survived = Buffer.alloc(sizeBytes);
    this.#durable.copy(survived);
    for (const sector of this.#dirtySectors) this.#crashSector(survived, sector, random);
    this.content = survived;
    this.#durable = Buffer.from(survived);
    this.#dirtySectors.clear();
    this.#isSizeDirty = false;
  }

  /** Flips one bit for good. */
  rot(random: Random): void {
    if (this.#durable.length === 0) return;
    const at = random.below(this.#durable.length);
    this.#durable[at]! ^= 1 << random.below(8);
    this.content = Buffer.from(this.#durable);
  }

  /** The sector persists, vanishes, tears or turns to garbage; bytes that were written anew unchanged stay. */
  #crashSector(survived: Buffer, sector: number, random: Random): void {
    const fate = random.below(4);
    if (fate === 0) return;
    const start = sector * SECTOR_BYTES;
    const end = Math.min(start + SECTOR_BYTES, this.content.length, survived.length);
    const tornAt = fate === 1 ? start + random.below(SECTOR_BYTES) : end;
    for (let at = start; at < end; at++) {
      const isChanged = at >= this.#durable.length || this.content[at] !== this.#durable[at];
      if (!isChanged) continue;
      if (fate === 2) survived[at] = random.below(256);
      else if (at < tornAt) survived[at] = this.content[at]!;
    }
  }

  #resize(sizeBytes: number): void {
    const resized = Buffer.alloc(sizeBytes);
    this.content.copy(resized);
    this.content = resized;
    this.#isSizeDirty = true;
  }
}

function copySector(from: Buffer, to: Buffer, sector: number): void {
  const start = sector * SECTOR_BYTES;
  if (start < to.length) from.copy(to, start, start, Math.min(start + SECTOR_BYTES, from.length, to.length));
}
