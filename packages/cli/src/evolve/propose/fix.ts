import type { TextEdit } from "./text-edit.ts";

/** What makes a reason go away. */
export interface Fix {
  readonly title: string;
  /** For the text that may go out now. */
  readonly now: readonly TextEdit[];
  /** For the text that may follow once everyone reads the first; undefined where one step is enough. */
  readonly later: readonly TextEdit[] | undefined;
  readonly laterTitle?: string;
}
