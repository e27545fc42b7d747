import { relative, resolve } from "node:path";
import { type GenerateResult, writeGenerated } from "@letterpress/codegen";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { addContractsFlag, generateCode, readContracts } from "../contracts.ts";
import { describeFailure, reportFailure } from "../errors.ts";
import { checkFlags } from "../flags.ts";
import { onInterruption } from "../interruption.ts";
import type { Io } from "../io.ts";
import { Output } from "../output.ts";
import { counted } from "../table.ts";
import { watchContracts } from "../watch-contracts.ts";

const EXAMPLES = `
Examples:
  letterpress generate
  letterpress generate --watch
  letterpress generate --check    for CI: exit code 1 when the code is not what the contracts say
  letterpress generate --out services/billing/src/gen`;

const generateFlags = z
  .object({
    contracts: z.string(),
    out: z.string().optional(),
    watch: z.boolean().default(false),
    check: z.boolean().default(false),
    json: z.boolean().default(false),
  })
  .refine(
    ({ watch, check }) => !(watch && check),
    "--watch and --check exclude each other; give one of them",
  );

type GenerateFlags = z.output<typeof generateFlags>;

export function generate(io: Io): Command {
  return addContractsFlag(new Command("generate"))
    .summary("write the TypeScript of the contracts")
    .description("Writes one TypeScript module per topic. Needs no server: only the contracts are read.")
    .option("--out <dir>", "where the code goes (default: as the contracts say, or ../src/gen beside them)")
    .option("--watch", "write it again on every change of the contracts")
    .option("--check", "write nothing; exit with 1 and list the files when the code is out of date")
    .option("--json", "print JSON, one document per line")
    .addHelpText("after", EXAMPLES)
    .action((flags) => run(checkFlags(generateFlags, flags), io));
}

async function run(flags: GenerateFlags, io: Io): Promise<void> {
  if (!flags.watch) return generateOnce(flags, io);
  using interruption = onInterruption();
  await watchContracts(flags.contracts, interruption, async () => {
    try {
      await generateOnce(flags, io);
    } catch (error) {
      reportFailure(io, describeFailure(error), flags.json);
    }
  });
}

async function generateOnce({ contracts: path, out, check, json }: GenerateFlags, io: Io): Promise<void> {
  const contracts = await readContracts(path);
  const folder = out === undefined ? contracts.generate.out : resolve(out);
  const result = await writeGenerated(folder, generateCode(contracts, path), { check });
  const shown = relative(io.cwd(), folder) || ".";
  new Output(io, { json }).result({ out: folder, upToDate: isUpToDate(result), ...result }, () =>
    check ? checkText(result, shown) : writtenText(result, shown),
  );
  if (check && !isUpToDate(result)) {
    throw new CliError(
      "DRIFT",
      `the code in ${shown} is not what the contracts say; run "letterpress generate"`,
    );
  }
}

function isUpToDate({ written, removed }: GenerateResult): boolean {
  return written.length === 0 && removed.length === 0;
}

function checkText({ written, removed, unchanged }: GenerateResult, folder: string): string {
  if (written.length + removed.length === 0)
    return `${counted(unchanged.length, "file")} in ${folder} up to date.`;
  return [
    ...written.map((file) => `  out of date: ${folder}/${file}`),
    ...removed.map((file) => `  no longer needed: ${folder}/${file}`),
  ].join("\n");
}

function writtenText({ written, removed, unchanged }: GenerateResult, folder: string): string {
  return [
    ...written.map((file) => `  wrote ${folder}/${file}`),
    ...removed.map((file) => `  removed ${folder}/${file}`),
    `${counted(written.length, "file")} written, ${removed.length} removed, ${unchanged.length} unchanged.`,
  ].join("\n");
}
