import type { RegistryClient } from "@letterpress/registry/client";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { addContractsFlag } from "../../contracts.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { checkSchema, type SchemaCheck, violationsText } from "../../schemas/check-schema.ts";
import { type SchemaSource, schemaSources } from "../../schemas/schema-sources.ts";

const EXAMPLES = `
Examples:
  letterpress schema check
  letterpress schema check schemas/orders/order_placed.avsc
  letterpress schema check draft.avsc --subject orders.placed-value --json

Exit code 1 when a schema may not follow the versions that are registered; each reason comes with its file, line and
column. Nothing is registered.`;

const flagsSchema = z.object({ ...registryFlags, contracts: z.string(), subject: z.string().optional() });

export function checkSchemas(io: Io): Command {
  return addContractsFlag(addRegistryFlags(new Command("check")))
    .summary("tell whether schemas may follow what is registered")
    .description("Tells whether schemas may become the next versions of their subjects, and if not, why.")
    .argument("[file]", "an .avsc or .proto file (default: all schemas of the contracts)")
    .option("--subject <subject>", "the file's subject (default: that of the topic that uses it)")
    .addHelpText("after", EXAMPLES)
    .action((file: string | undefined, flags) => run(file, flags, io));
}

async function run(file: string | undefined, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  const sources = await schemaSources({ file, subject: flags.subject, contracts: flags.contracts }, io.cwd());
  const checks = await checkAll(registryOf(flags), sources);
  new Output(io, flags).result(checks, () => checks.map(verdict).join("\n"));
  throwIfRefused(checks);
}

/** Checks one after the other, so that a registry is not flooded. */
export async function checkAll(
  registry: RegistryClient,
  sources: readonly SchemaSource[],
): Promise<SchemaCheck[]> {
  const checks: SchemaCheck[] = [];
  for (const source of sources) checks.push(await checkSchema(registry, source));
  return checks;
}

/** @throws CliError `REFUSED` with every reason. */
export function throwIfRefused(checks: readonly SchemaCheck[]): void {
  const refused = checks.filter(({ violations }) => violations.length > 0);
  if (refused.length > 0) throw new CliError("REFUSED", refused.map(violationsText).join("\n"));
}

function verdict({ subject, level, latestVersion, violations }: SchemaCheck): string {
  if (latestVersion === null) return `${subject}: new`;
  const is = violations.length === 0 ? "compatible" : "incompatible";
  return `${subject}: ${is} with version ${latestVersion} (${level})`;
}
