import { dirname, join, relative } from "node:path";
import {
  type Contract,
  ContractError,
  type ContractSchema,
  type Contracts,
  type GeneratedFile,
  generate,
  loadContracts,
} from "@letterpress/codegen";
import type { ResolvedReference, ResolvedSchema } from "@letterpress/schema";
import type { Command } from "commander";

export const CONTRACTS_DEFAULT = "schemas/topics.yaml";

export function addContractsFlag(command: Command): Command {
  return command.option("--contracts <file>", "the contracts", CONTRACTS_DEFAULT);
}

/**
 * The contracts; what their schemas include goes by its file, given from the working folder `cwd`.
 *
 * @throws ContractError with every mistake, its place given from there, too.
 */
export async function readContracts(path: string, cwd = process.cwd()): Promise<Contracts> {
  try {
    const contracts = await loadContracts(path);
    const rename = fileRenamer((file) => relative(cwd, join(contracts.root, file)));
    const renamed = (schema: ContractSchema): ContractSchema => ({
      ...schema,
      schema: rename(schema.schema),
    });
    const topics = contracts.topics.map((contract): Contract => {
      const { value, key } = contract;
      return {
        ...contract,
        value: renamed(value),
        key: key.kind === "schema" ? { ...key, schema: renamed(key.schema) } : key,
      };
    });
    return { ...contracts, topics };
  } catch (error) {
    throw fromWorkingFolder(error, path);
  }
}

/** Gives the files of what schemas include other names; what is one object stays one. */
export function fileRenamer(rename: (file: string) => string): (schema: ResolvedSchema) => ResolvedSchema {
  const known = new Map<ResolvedSchema, ResolvedSchema>();
  const renamed = (schema: ResolvedSchema): ResolvedSchema => {
    const found = known.get(schema);
    if (found !== undefined) return found;
    const references = schema.references.map(({ file, ...reference }): ResolvedReference => {
      const included = { ...reference, schema: renamed(reference.schema) };
      return file === undefined ? included : { ...included, file: rename(file) };
    });
    const result = { ...schema, references };
    known.set(schema, result);
    return result;
  };
  return renamed;
}

/** The TypeScript of contracts that were read from `path`. Throws as `readContracts` does. */
export function generateCode(contracts: Contracts, path: string): GeneratedFile[] {
  try {
    return generate(contracts);
  } catch (error) {
    throw fromWorkingFolder(error, path);
  }
}

/** Diagnostics name files from the manifest's folder; editors and people open them from where they are. */
function fromWorkingFolder(error: unknown, path: string): unknown {
  if (!(error instanceof ContractError)) return error;
  return new ContractError(
    error.diagnostics.map((diagnostic) =>
      diagnostic.rule === "missing-manifest"
        ? diagnostic
        : { ...diagnostic, file: join(dirname(path), diagnostic.file) },
    ),
  );
}
