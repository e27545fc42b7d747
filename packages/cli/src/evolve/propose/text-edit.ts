/** One replacement in a text. */
export interface TextEdit {
  readonly start: number;
  /** Equal to `start` for an insertion. */
  readonly end: number;
  readonly text: string;
}

/** Makes all edits at once; none may overlap another. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let edited = text;
  for (const edit of edits.toSorted((a, b) => b.start - a.start)) {
    edited = edited.slice(0, edit.start) + edit.text + edited.slice(edit.end);
  }
  return edited;
}
