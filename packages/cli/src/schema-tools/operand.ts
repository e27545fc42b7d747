import type { RegistryClient } from "@letterpress/registry/client";
import { type ParsedSchema, parseSchema } from "@letterpress/schema";
import { fileSource } from "../schemas/schema-sources.ts";

/** A schema that a command names: a file, or a subject with a version. */
export interface Operand {
  /** As it is shown: the file, or `subject version 3`. */
  readonly name: string;
  /** The subject it belongs to; undefined for a file that no contract uses. */
  readonly subject: string | undefined;
  readonly parsed: ParsedSchema;
}

const FILE = /\.(avsc|proto)$/;

/**
 * Reads `file.avsc`, `file.proto`, `subject` (its newest version) or `subject@3`.
 *
 * @throws CliError, ContractError, RegistryClientError, SchemaError
 */
export async function readOperand(
  text: string,
  registry: RegistryClient,
  options: { readonly cwd: string; readonly contracts: string },
): Promise<Operand> {
  if (!FILE.test(text)) {
    const [, subject = text, number] = /^(.*)@(\d+)$/s.exec(text) ?? [];
    const { version, schema } = await registry.version(
      subject,
      number === undefined ? "latest" : Number(number),
    );
    const name = `${subject} version ${version}`;
    return { name, subject, parsed: parseSchema(await registry.resolve(schema, subject), { file: name }) };
  }
  const { cwd, contracts } = options;
  const { file, subject, schema } = await fileSource({ file: text, contracts }, cwd);
  return { name: file, subject, parsed: parseSchema(schema, { file }) };
}
