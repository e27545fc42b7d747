import { type SchemaCheck, whoCannotRead } from "../schemas/check-schema.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** Refusals as SARIF 2.1.0, which code hosts show beside the lines of a pull request. */
export function sarif(checks: readonly SchemaCheck[]): object {
  const results = checks.flatMap(({ subject, file, level, violations }) =>
    violations.map(({ rule, version, direction, message, place }) => {
      return {
        ruleId: rule,
        level: "error",
        message: { text: `${subject} (${level}): ${whoCannotRead(direction, version)}: ${message.trim()}` },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: (place?.file ?? file).replaceAll("\\", "/") },
              ...(place && { region: { startLine: place.line, startColumn: place.column } }),
            },
          },
        ],
      };
    }),
  );
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].map((id) => ({ id }));
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "letterpress", rules } }, results }],
  };
}
