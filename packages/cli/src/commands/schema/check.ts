import { dirname, join, resolve } from "node:path";
import type { CheckLevel } from "@letterpress/schema";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { addContractsFlag } from "../../contracts.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import { checkMarkdown } from "../../schema-tools/check-markdown.ts";
import { levelFlag } from "../../schema-tools/level-flag.ts";
import { gitBaseline, snapshotBaseline } from "../../schema-tools/offline-baselines.ts";
import { sarif } from "../../schema-tools/sarif.ts";
import { readSnapshot } from "../../schema-tools/snapshot.ts";
import { type Baseline, registryBaseline } from "../../schemas/baseline.ts";
import { checkSchema, type SchemaCheck, violationsText } from "../../schemas/check-schema.ts";
import { type SchemaSource, schemaSources } from "../../schemas/schema-sources.ts";

const EXAMPLES = `
Examples:
  letterpress schema check
  letterpress schema check schemas/orders/order_placed.avsc --level STRICT
  letterpress schema check draft.avsc --subject orders.placed-value --json
  letterpress schema check --offline                     against schemas/registry.lock.json, which export writes
  letterpress schema check --against origin/main         against the contracts of a git revision
  letterpress schema check --against HEAD --sarif > schemas.sarif

Exit code 1 when a schema may not follow the earlier versions; each reason comes with its file, line and column. A
subject that is new is fine. Nothing is registered.`;

const flagsSchema = z
  .object({
    ...registryFlags,
    contracts: z.string(),
    subject: z.string().optional(),
    include: z.string().optional(),
    level: levelFlag.optional(),
    offline: z.boolean().default(false),
    lock: z.string().optional(),
    against: z.string().min(1, "must be a git revision, such as HEAD or origin/main").optional(),
    sarif: z.boolean().default(false),
    markdown: z.boolean().default(false),
  })
  .refine(({ offline, lock }) => offline || lock === undefined, "--lock needs --offline")
  .refine(
    ({ offline, against }) => !offline || against === undefined,
    "--offline and --against exclude each other",
  )
  .refine(
    ({ json, sarif: asSarif, markdown }) => Number(json) + Number(asSarif) + Number(markdown) <= 1,
    "--json, --sarif and --markdown exclude each other",
  );

type CheckFlags = z.output<typeof flagsSchema>;

export function checkSchemas(io: Io): Command {
  return addContractsFlag(addRegistryFlags(new Command("check")))
    .summary("tell whether schemas may follow what is registered")
    .description("Tells whether schemas may become the next versions of their subjects, and if not, why.")
    .argument("[file]", "an .avsc or .proto file (default: all schemas of the contracts)")
    .option("--subject <subject>", "the file's subject (default: that of the topic that uses it)")
    .option("--include <dir>", "where a file of no contract finds what it includes (default: its folder)")
    .option("--level <level>", "check at this level, such as FULL or STRICT (default: the subject's own)")
    .option("--offline", "check against an export instead of a registry")
    .option("--lock <file>", "the export (default: registry.lock.json beside the contracts)")
    .option("--against <revision>", "check against the contracts of a git revision")
    .option("--sarif", "print SARIF, which code hosts show beside the lines")
    .option("--markdown", "print Markdown, for a pull request")
    .addHelpText("after", EXAMPLES)
    .action((file: string | undefined, flags) => run(file, checkFlags(flagsSchema, flags), io));
}

async function run(file: string | undefined, flags: CheckFlags, io: Io): Promise<void> {
  const { subject, include, contracts, level } = flags;
  const sources = await schemaSources({ file, subject, include, contracts }, io.cwd());
  const checks = await checkAll(await baselineOf(flags, io.cwd()), sources, level);
  const output = new Output(io, { json: flags.json || flags.sarif });
  output.result(flags.sarif ? sarif(checks) : checks, () =>
    flags.markdown ? checkMarkdown(checks) : checks.map(verdict).join("\n"),
  );
  throwIfRefused(checks);
}

async function baselineOf(
  { offline, lock, against, contracts, ...flags }: CheckFlags,
  cwd: string,
): Promise<Baseline> {
  if (against !== undefined) return gitBaseline(against, contracts, cwd);
  if (!offline) return registryBaseline(registryOf(flags));
  const path = lock ?? join(dirname(contracts), "registry.lock.json");
  return snapshotBaseline(await readSnapshot(resolve(cwd, path), path));
}

/** Checks one after the other, so that a registry is not flooded. */
export async function checkAll(
  baseline: Baseline,
  sources: readonly SchemaSource[],
  level?: CheckLevel,
): Promise<SchemaCheck[]> {
  const checks: SchemaCheck[] = [];
  for (const source of sources) checks.push(await checkSchema(baseline, source, level));
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
