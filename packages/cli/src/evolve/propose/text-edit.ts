/** One replacement in a text. */
export interface TextEdit {
  readonly start: number;
  /** Equal to `start` for an insertion. */
  readonly end: number;
  readonly text: string;
}

/** Makes all edits at once; what lies within a part that another edit replaces goes with it. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let edited = text;
  const outer = edits.filter((edit) => !edits.some((other) => isWithin(edit, other)));
  // What is inserted in front of a replaced part goes in after it has been replaced.
  for (const edit of outer.toSorted((a, b) => b.start - a.start || b.end - a.end)) {
    edited = edited.slice(0, edit.start) + edit.text + edited.slice(edit.end);
  }
  return edited;
}

function isWithin(edit: TextEdit, other: TextEdit): boolean {
  if (edit === other || other.start === other.end) return false;
  if (edit.start === edit.end) return other.start < edit.start && edit.start < other.end;
  const isLarger = other.end - other.start > edit.end - edit.start;
  return isLarger && other.start <= edit.start && edit.end <= other.end;
}
