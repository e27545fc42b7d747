import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Contract, ContractSchema, Contracts } from "@letterpress/codegen";
import type { CompatibilityLevel, ResolvedSchema } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import { readContracts } from "../contracts.ts";

/** A schema in a file, and the subject it belongs to. */
export interface SchemaSource {
  readonly subject: string;
  /** As messages name it: from the working folder. */
  readonly file: string;
  readonly schema: ResolvedSchema;
  /** What the contract asks for; undefined: what the registry says. */
  readonly level: CompatibilityLevel | undefined;
}

export interface SchemaSelection {
  /** One file; undefined: all schemas of the contracts. */
  readonly file: string | undefined;
  /** Needed for a file that no contract uses. */
  readonly subject: string | undefined;
  readonly contracts: string;
}

/** @throws CliError `USAGE`, `BAD_INPUT`; ContractError */
export async function schemaSources(selection: SchemaSelection, cwd: string): Promise<SchemaSource[]> {
  const { file, subject } = selection;
  if (file === undefined) {
    if (subject !== undefined)
      throw new CliError("USAGE", "--subject needs a file: it says where that belongs");
    return sourcesOf(await readContracts(selection.contracts), cwd);
  }
  const shown = relative(cwd, resolve(cwd, file));
  const used = await usedAs(selection, cwd).then((all) => all.filter((source) => source.file === shown));
  if (subject === undefined && used.length > 0) return used;
  if (subject === undefined) {
    throw new CliError(
      "USAGE",
      `no topic in ${selection.contracts} uses ${shown}: say with --subject where it belongs`,
    );
  }
  const schema = used[0]?.schema ?? (await readSchema(resolve(cwd, file), shown));
  return [{ subject, file: shown, schema, level: undefined }];
}

/** With a subject the contracts need not be there. */
async function usedAs({ contracts, subject }: SchemaSelection, cwd: string): Promise<SchemaSource[]> {
  try {
    return sourcesOf(await readContracts(contracts), cwd);
  } catch (error) {
    if (subject !== undefined) return [];
    throw error;
  }
}

/** Every schema of the contracts, once per subject. */
export function sourcesOf({ root, topics }: Contracts, cwd: string): SchemaSource[] {
  const sources = new Map<string, SchemaSource>();
  for (const contract of topics) {
    for (const { subject, file, schema } of schemasOf(contract)) {
      const shown = relative(cwd, join(root, file));
      sources.set(subject, { subject, file: shown, schema, level: contract.compatibility });
    }
  }
  return [...sources.values()];
}

function schemasOf({ key, value }: Contract): ContractSchema[] {
  return key.kind === "schema" ? [key.schema, value] : [value];
}

/** A file on its own: what it includes is only known to contracts. */
async function readSchema(path: string, shown: string): Promise<ResolvedSchema> {
  if (!/\.(avsc|proto)$/.test(path)) {
    throw new CliError("USAGE", `${shown} is no schema; the name of one ends in .avsc or .proto`);
  }
  const text = await readFile(path, "utf8");
  return { format: path.endsWith(".avsc") ? "AVRO" : "PROTOBUF", text, references: [] };
}
