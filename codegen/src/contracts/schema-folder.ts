import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import type { ResolvedReference, ResolvedSchema } from "@letterpress/schema";
import type { Diagnostic } from "../diagnostic.ts";
import { avroNames } from "./avro-names.ts";
import { protobufImports } from "./protobuf-imports.ts";

const FILES_MAX = 20_000;
/** Which version of a reference is meant: the one that has the very text of the file beside it. */
export const SAME_TEXT_VERSION = -1;

/** A contract's folder: every schema file below it, and what each one includes. */
export interface SchemaFolder {
  /** The folder's absolute path. */
  readonly root: string;
  /** The schema in `file` (relative to the root, with forward slashes) and everything it includes. */
  resolve(file: string): ResolvedSchema | readonly Diagnostic[];
  /** All schema files, sorted. */
  readonly files: readonly string[];
}

/** Reads every `.avsc` and `.proto` file below `root`. */
export async function openSchemaFolder(root: string): Promise<SchemaFolder> {
  const texts = new Map<string, string>();
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(avsc|proto)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join(posix.sep))
    .filter((file) => !file.split("/").includes("node_modules"))
    .sort();
  if (files.length > FILES_MAX) throw new Error(`${root} has more than ${FILES_MAX} schema files`);
  for (const file of files) texts.set(file, await readFile(join(root, file), "utf8"));
  return new Folder(root, files, texts);
}

class Folder implements SchemaFolder {
  readonly root: string;
  readonly files: readonly string[];
  readonly #texts: ReadonlyMap<string, string>;
  /** Which Avro file defines a full name. */
  readonly #avroFileOf = new Map<string, string>();
  /** What was resolved before: a file that many include is looked through once. */
  readonly #resolved = new Map<string, ResolvedSchema>();

  constructor(root: string, files: readonly string[], texts: ReadonlyMap<string, string>) {
    this.root = root;
    this.files = files;
    this.#texts = texts;
    for (const [file, text] of texts) {
      if (!file.endsWith(".avsc")) continue;
      for (const name of avroNames(tryJson(text)).defined) {
        if (!this.#avroFileOf.has(name)) this.#avroFileOf.set(name, file);
      }
    }
  }

  resolve(file: string): ResolvedSchema | readonly Diagnostic[] {
    return this.#resolve(file, []);
  }

  #resolve(file: string, above: readonly string[]): ResolvedSchema | readonly Diagnostic[] {
    const known = this.#resolved.get(file);
    if (known !== undefined) return known;
    const text = this.#texts.get(file);
    if (text === undefined) {
      return [
        {
          file,
          line: 0,
          column: 0,
          rule: "missing-schema",
          message: `there is no such file in ${this.root}`,
        },
      ];
    }
    if (above.includes(file)) {
      const message = `includes itself: ${[...above, file].join(" -> ")}; move what both need into a file of its own`;
      return [{ file, line: 0, column: 0, rule: "circular-reference", message }];
    }
    const references: ResolvedReference[] = [];
    for (const { name, from } of this.#includes(file, text)) {
      const schema = this.#resolve(from, [...above, file]);
      if (!("text" in schema)) return schema;
      references.push({ name, subject: name, version: SAME_TEXT_VERSION, file: from, schema });
    }
    const resolved: ResolvedSchema = {
      format: file.endsWith(".avsc") ? "AVRO" : "PROTOBUF",
      text,
      references,
    };
    this.#resolved.set(file, resolved);
    return resolved;
  }

  /** What a file includes, by the name it uses. A name that no file defines is left to the parser to report. */
  #includes(file: string, text: string): { readonly name: string; readonly from: string }[] {
    const names = file.endsWith(".avsc") ? avroNames(tryJson(text)).used : protobufImports(text);
    return [...names].sort().flatMap((name) => {
      const from = file.endsWith(".avsc")
        ? this.#avroFileOf.get(name)
        : this.#texts.has(name)
          ? name
          : undefined;
      return from === undefined || from === file ? [] : [{ name, from }];
    });
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
