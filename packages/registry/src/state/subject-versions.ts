import type { SubjectVersion } from "../stored-schema.ts";

/** The versions of one subject in ascending order, soft-deleted ones included. Gaps are allowed. */
export class SubjectVersions {
  readonly #versions: SubjectVersion[] = [];

  get all(): readonly SubjectVersion[] {
    return this.#versions;
  }

  get(version: number): SubjectVersion | undefined {
    const found = this.#versions[this.#lowerBound(version)];
    return found?.version === version ? found : undefined;
  }

  /** The newest version that is not deleted. */
  latest(): SubjectVersion | undefined {
    return this.#versions.findLast((candidate) => !candidate.deleted);
  }

  /** Puts a version in its place, instead of the one that may be there. */
  set(version: SubjectVersion): void {
    const index = this.#lowerBound(version.version);
    const replaced = this.#versions[index]?.version === version.version ? 1 : 0;
    this.#versions.splice(index, replaced, version);
  }

  delete(version: number): void {
    const index = this.#lowerBound(version);
    if (this.#versions[index]?.version === version) this.#versions.splice(index, 1);
  }

  /** The index of the first version that is not smaller. */
  #lowerBound(version: number): number {
    let low = 0;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#versions[middle]!.version < version) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
