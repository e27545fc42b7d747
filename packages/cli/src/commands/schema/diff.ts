import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../../cli-error.ts";
import { addRegistryFlags, registryOf } from "../../connect.ts";
import { addContractsFlag } from "../../contracts.ts";
import { checkFlags, registryFlags } from "../../flags.ts";
import type { Io } from "../../io.ts";
import { Output } from "../../output.ts";
import type { SchemaChange } from "../../schema-tools/diff/change.ts";
import { diffMarkdown } from "../../schema-tools/diff/diff-markdown.ts";
import { schemaDiff } from "../../schema-tools/diff/schema-diff.ts";
import { type Operand, readOperand } from "../../schema-tools/operand.ts";
import { counted } from "../../table.ts";

const EXAMPLES = `
Examples:
  letterpress schema diff schemas/orders/order_placed.avsc       the file and the newest version of its subject
  letterpress schema diff orders.placed-value@1 orders.placed-value@3
  letterpress schema diff orders.placed-value draft.avsc --exit-code

It tells what changed in meaning, for those who read old records with the new schema and for those who read new records
with the old one. White space, the order of attributes and other spelling are no changes.`;

const flagsSchema = z
  .object({
    ...registryFlags,
    contracts: z.string(),
    exitCode: z.boolean().default(false),
    markdown: z.boolean().default(false),
  })
  .refine(({ json, markdown }) => !(json && markdown), "--json and --markdown exclude each other");

export function diffSchemas(io: Io): Command {
  return addContractsFlag(addRegistryFlags(new Command("diff")))
    .summary("tell what changed between two schemas, for readers and writers")
    .description("Tells what changed in meaning between two schemas: files, subjects, or subject@version.")
    .argument("<from>", "with one argument: the file; it is compared with the newest version of its subject")
    .argument("[to]")
    .option("--exit-code", "end with 1 when there is a change")
    .option("--markdown", "print Markdown, for a pull request")
    .addHelpText("after", EXAMPLES)
    .action((from: string, to: string | undefined, flags) => run(from, to, flags, io));
}

async function run(first: string, second: string | undefined, input: unknown, io: Io): Promise<void> {
  const flags = checkFlags(flagsSchema, input);
  const registry = registryOf(flags);
  const read = (text: string): Promise<Operand> =>
    readOperand(text, registry, { cwd: io.cwd(), contracts: flags.contracts });
  const operand = await read(first);
  const [from, to] =
    second === undefined ? [await latestOf(operand, read), operand] : [operand, await read(second)];
  const changes = schemaDiff(from.parsed, to.parsed);
  const names = { from: from.name, to: to.name };
  new Output(io, flags).result({ ...names, changes }, () =>
    flags.markdown ? diffMarkdown(names, changes) : diffText(from, to, changes),
  );
  if (flags.exitCode && changes.length > 0)
    throw new CliError(
      "DRIFT",
      `there ${changes.length === 1 ? "is" : "are"} ${counted(changes.length, "change")}`,
    );
}

function latestOf({ name, subject }: Operand, read: (text: string) => Promise<Operand>): Promise<Operand> {
  if (subject !== undefined && name !== subject) return read(subject);
  throw new CliError("USAGE", `say what to compare ${name} with`);
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

function diffText(from: Operand, to: Operand, changes: readonly SchemaChange[]): string {
  if (changes.length === 0) return `${from.name} and ${to.name} mean the same.`;
  return [
    `${from.name} -> ${to.name}`,
    ...changes.map(changeText),
    `${counted(changes.length, "change")}.`,
  ].join("\n");
}

function changeText({ kind, path, what, newReaders, oldReaders, location }: SchemaChange): string {
  const place = location === undefined ? "" : ` (${location.file}:${location.line}:${location.column})`;
  return [
    `  ${SIGNS[kind]} ${path}: ${what}${place}`,
    ...(newReaders === undefined ? [] : [`      new readers of old records ${newReaders}`]),
    ...(oldReaders === undefined ? [] : [`      old readers of new records ${oldReaders}`]),
  ].join("\n");
}
