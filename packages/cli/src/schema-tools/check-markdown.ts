import { type SchemaCheck, whoCannotRead } from "../schemas/check-schema.ts";

/** Checks as Markdown, for a pull request. */
export function checkMarkdown(checks: readonly SchemaCheck[]): string {
  const refused = checks.filter(({ violations }) => violations.length > 0);
  const title = refused.length === 0 ? "### Schemas: compatible" : "### Schemas: incompatible";
  const verdicts = checks.map(({ subject, file, level, latestVersion, violations }) => {
    const verdict =
      latestVersion === null ? "new" : violations.length === 0 ? "compatible" : "**incompatible**";
    return row([
      `\`${subject}\``,
      `\`${file}\``,
      latestVersion === null ? "-" : `${latestVersion}`,
      level,
      verdict,
    ]);
  });
  const reasons = refused.flatMap(({ file, violations }) =>
    violations.map(({ rule, direction, version, message, place }) => {
      const where = place === undefined ? file : `${place.file ?? file}:${place.line}:${place.column}`;
      return row([`\`${where}\``, rule, `${whoCannotRead(direction, version)}: ${message.trim()}`]);
    }),
  );
  return [
    title,
    [
      row(["Subject", "File", "Against", "Level", "Verdict"]),
      row(["---", "---", "---", "---", "---"]),
      ...verdicts,
    ].join("\n"),
    ...(reasons.length === 0
      ? []
      : [[row(["Where", "Rule", "Why"]), row(["---", "---", "---"]), ...reasons].join("\n")]),
  ].join("\n\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
