import { markdownTable } from "../markdown-table.ts";
import type { SchemaChange } from "./change.ts";

/** What changed as Markdown, for a pull request. */
export function diffMarkdown(
  { from, to }: { readonly from: string; readonly to: string },
  changes: readonly SchemaChange[],
): string {
  const title = `### ${from} → ${to}`;
  if (changes.length === 0) return `${title}\n\nBoth mean the same.`;
  const rows = changes.map(({ kind, path, what, newReaders, oldReaders, location }) => [
    location === undefined ? "-" : `\`${location.file}:${location.line}:${location.column}\``,
    kind,
    `\`${path}\``,
    what,
    newReaders ?? "-",
    oldReaders ?? "-",
  ]);
  const headings = [
    "Where",
    "Change",
    "What",
    "How",
    "New readers of old records",
    "Old readers of new records",
  ];
  return `${title}\n\n${markdownTable(headings, rows)}`;
}
