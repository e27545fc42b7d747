import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix, relative, sep } from "node:path";
import { GENERATED_MARK, type GeneratedFile } from "./source-file.ts";

/** What writing generated code did, or would do; paths are relative to the folder. */
export interface GenerateResult {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
}

export interface WriteOptions {
  /** Only tell what would change. Default false. */
  readonly check?: boolean;
}

/**
 * Brings a folder of generated code up to date. Files that did not change are left alone, so that watchers stay
 * quiet; generated files that no contract asks for any more are removed; files written by hand are never touched.
 *
 * @throws Error when a file written by hand stands where generated code should go.
 */
export async function writeGenerated(
  folder: string,
  files: readonly GeneratedFile[],
  { check = false }: WriteOptions = {},
): Promise<GenerateResult> {
  const written: string[] = [];
  const unchanged: string[] = [];
  for (const { path, content } of files) {
    const target = join(folder, path);
    const present = await readFile(target, "utf8").catch(() => undefined);
    if (present === content) {
      unchanged.push(path);
      continue;
    }
    if (present !== undefined && !present.startsWith(GENERATED_MARK)) {
      throw new Error(`${target} was not generated; move it, or generate into another folder`);
    }
    written.push(path);
    if (!check) await replaceFile(target, content);
  }
  const wanted = new Set(files.map(({ path }) => path));
  const removed = (await generatedFiles(folder)).filter((path) => !wanted.has(path));
  if (!check) for (const path of removed) await rm(join(folder, path));
  return { written, removed, unchanged };
}

/** A reader sees the old file or the new one, never half of one. */
async function replaceFile(target: string, content: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, target);
}

async function generatedFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path, "utf8")).startsWith(GENERATED_MARK)) {
      found.push(relative(folder, path).split(sep).join(posix.sep));
    }
  }
  return found.sort();
}
