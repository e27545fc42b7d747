import { readdirSync, readFileSync } from "node:fs";
import type { ResolvedSchema } from "../src/index.ts";

const FOLDER = new URL("../fixtures/avro/", import.meta.url);

/** Every Avro schema of the corpus: small, legal, and each awkward in its own way. */
export const AVRO_CORPUS: readonly { readonly file: string; readonly schema: ResolvedSchema }[] = readdirSync(
  FOLDER,
)
  .filter((file) => file.endsWith(".avsc"))
  .sort()
  .map((file) => ({ file, schema: avro(readFileSync(new URL(file, FOLDER), "utf8")) }));

export function corpusSchema(file: string): ResolvedSchema {
  return AVRO_CORPUS.find((entry) => entry.file === file)!.schema;
}

export function avro(schema: string | object): ResolvedSchema {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  return { format: "AVRO", text, references: [] };
}
