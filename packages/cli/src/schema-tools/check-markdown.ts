import { type SchemaCheck, whoCannotRead } from "../schemas/check-schema.ts";
import { markdownTable } from "./markdown-table.ts";

/** Checks as Markdown, for a pull request. */
export function checkMarkdown(checks: readonly SchemaCheck[]): string {
  const refused = checks.filter(({ violations }) => violations.length > 0);
  const title = refused.length === 0 ? "### Schemas: compatible" : "### Schemas: incompatible";
  const verdicts = checks.map(({ subject, file, level, latestVersion, violations }) => {
    const verdict =
      latestVersion === null ? "new" : violations.length === 0 ? "compatible" : "**incompatible**";
    const against = latestVersion === null ? "-" : `${latestVersion}`;
    return [`\`${subject}\``, `\`${file}\``, against, level, verdict];
  });
  const reasons = refused.flatMap(({ file, violations }) =>
    violations.map(({ rule, direction, version, message, place }) => {
      const where = place === undefined ? file : `${place.file ?? file}:${place.line}:${place.column}`;
      return [`\`${where}\``, rule, `${whoCannotRead(direction, version)}: ${message.trim()}`];
    }),
  );
  return [
    title,
    markdownTable(["Subject", "File", "Against", "Level", "Verdict"], verdicts),
    ...(reasons.length === 0 ? [] : [markdownTable(["Where", "Rule", "Why"], reasons)]),
  ].join("\n\n");
}
