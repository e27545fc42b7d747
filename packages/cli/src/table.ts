const GAP = "  ";

/** Lines up rows under their headings; columns of numbers only are set to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]!.length)),
  );
  const isNumeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?\d*$/.test(row[column]!)),
  );
  const print = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join(GAP)
      .trimEnd();
  return [headings, ...rows].map(print).join("\n");
}

/** "1 topic", "2 topics". */
export function counted(count: number | bigint, noun: string): string {
  return `${count} ${noun}${BigInt(count) === 1n ? "" : "s"}`;
}
