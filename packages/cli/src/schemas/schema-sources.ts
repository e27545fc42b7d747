import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import {
  type Contract,
  ContractError,
  type ContractSchema,
  type Contracts,
  openSchemaFolder,
} from "@letterpress/codegen";
import { type CheckLevel, parseSchema, type ResolvedSchema, SchemaError } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import { fileRenamer, readContracts } from "../contracts.ts";

/** A schema in a file, and the subject it belongs to. */
export interface SchemaSource {
  readonly subject: string;
  /** As messages name it: from the working folder. */
  readonly file: string;
  readonly schema: ResolvedSchema;
  /** What the contract asks for; undefined: what the registry says. */
  readonly level: CheckLevel | undefined;
}

export interface SchemaSelection {
  /** One file; undefined: all schemas of the contracts. */
  readonly file: string | undefined;
  /** Needed for a file that no contract uses. */
  readonly subject: string | undefined;
  readonly contracts: string;
  /** Where a file that no contract uses finds what it includes; undefined: the file's own folder. */
  readonly include?: string | undefined;
}

/** @throws CliError `USAGE`, `BAD_INPUT`; ContractError */
export async function schemaSources(selection: SchemaSelection, cwd: string): Promise<SchemaSource[]> {
  const { file, subject } = selection;
  if (file === undefined) {
    if (subject !== undefined)
      throw new CliError("USAGE", "--subject needs a file: it says where that belongs");
    return sourcesOf(await readContracts(selection.contracts, cwd), cwd);
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
  const path = resolve(cwd, file);
  const include = resolve(cwd, selection.include ?? dirname(path));
  const schema = used[0]?.schema ?? (await readSchema(path, shown, include, cwd));
  return [{ subject, file: shown, schema, level: undefined }];
}

/**
 * One schema file as the contracts use it, or on its own: what belongs to no subject has none.
 *
 * @throws CliError `USAGE`; ContractError
 */
export async function fileSource(
  { file, contracts }: { readonly file: string; readonly contracts: string },
  cwd: string,
): Promise<Pick<SchemaSource, "file" | "schema"> & { readonly subject: string | undefined }> {
  const path = resolve(cwd, file);
  const shown = relative(cwd, path);
  const used = await usedAs({ file, contracts, subject: "" }, cwd);
  const found = used.find((source) => source.file === shown);
  if (found !== undefined) return found;
  return { subject: undefined, file: shown, schema: await readSchema(path, shown, dirname(path), cwd) };
}

/** With a subject the contracts need not be there. */
async function usedAs({ contracts, subject }: SchemaSelection, cwd: string): Promise<SchemaSource[]> {
  try {
    return sourcesOf(await readContracts(contracts, cwd), cwd);
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

/** A file on its own; the folder is only looked through when it includes something. */
async function readSchema(
  path: string,
  shown: string,
  include: string,
  cwd: string,
): Promise<ResolvedSchema> {
  if (!/\.(avsc|proto)$/.test(path)) {
    throw new CliError("USAGE", `${shown} is no schema; the name of one ends in .avsc or .proto`);
  }
  const text = await readFile(path, "utf8");
  const alone: ResolvedSchema = {
    format: path.endsWith(".avsc") ? "AVRO" : "PROTOBUF",
    text,
    references: [],
  };
  try {
    parseSchema(alone, { file: shown });
    return alone;
  } catch (error) {
    if (!(error instanceof SchemaError) || error.code !== "MISSING_REFERENCE") throw error;
    const found = await resolveIn(include, path, cwd);
    if (found === undefined) throw error;
    return found;
  }
}

/** The schema with what the folder has of its references; undefined for a file outside the folder. */
async function resolveIn(folder: string, path: string, cwd: string): Promise<ResolvedSchema | undefined> {
  const file = relative(folder, path).split(sep).join("/");
  const schemas = await openSchemaFolder(folder);
  if (!schemas.files.includes(file)) return undefined;
  const resolved = schemas.resolve(file);
  if (!("text" in resolved)) throw new ContractError(resolved);
  return fileRenamer((included) => relative(cwd, join(folder, included)))(resolved);
}
