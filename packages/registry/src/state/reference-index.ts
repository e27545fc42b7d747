import type { SubjectVersion } from "../stored-schema.ts";
import { qualifyReference } from "../subject-name.ts";

/** Which schemas refer to a version. Only live versions count: a soft-deleted one holds nothing back. */
export class ReferenceIndex {
  /** By the referenced version: how many live versions refer to it, by their schema id. */
  readonly #referrers = new Map<string, Map<number, number>>();

  /** The ids of the schemas that refer to a version, ascending. */
  referrers(subject: string, version: number): number[] {
    return [...(this.#referrers.get(referenceKey(subject, version))?.keys() ?? [])].sort((a, b) => a - b);
  }

  add(use: SubjectVersion): void {
    if (use.deleted) return;
    for (const key of referenceKeys(use)) {
      const counts = this.#referrers.get(key) ?? new Map<number, number>();
      counts.set(use.schema.id, (counts.get(use.schema.id) ?? 0) + 1);
      this.#referrers.set(key, counts);
    }
  }

  remove(use: SubjectVersion): void {
    if (use.deleted) return;
    for (const key of referenceKeys(use)) {
      const counts = this.#referrers.get(key)!;
      const left = counts.get(use.schema.id)! - 1;
      if (left > 0) counts.set(use.schema.id, left);
      else counts.delete(use.schema.id);
      if (counts.size === 0) this.#referrers.delete(key);
    }
  }
}

/** Each referenced version once, however many names of it a schema uses. */
function referenceKeys(use: SubjectVersion): Set<string> {
  return new Set(
    use.schema.content.references.map(({ subject, version }) =>
      referenceKey(qualifyReference(use.subject, subject), version),
    ),
  );
}

/** Subjects hold no control characters, so that the separator is unambiguous. */
function referenceKey(subject: string, version: number): string {
  return `${subject}\n${version}`;
}
