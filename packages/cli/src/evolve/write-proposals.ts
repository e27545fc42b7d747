import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { EvolveReport } from "./report.ts";

/**
 * Writes the first step of each subject's first proposal into its file. The steps behind it, which have to wait, go
 * beside it as `<file>.step-2` and so on: no tool takes those for schemas. Returns the files.
 */
export async function writeProposals({ subjects }: EvolveReport, cwd: string): Promise<string[]> {
  const files: string[] = [];
  for (const { proposals } of subjects) {
    for (const [index, { file, text }] of (proposals[0]?.steps ?? []).entries()) {
      const path = index === 0 ? file : `${file}.step-${index + 1}`;
      if (files.includes(path)) continue;
      await writeFile(resolve(cwd, path), text);
      files.push(path);
    }
  }
  return files;
}
