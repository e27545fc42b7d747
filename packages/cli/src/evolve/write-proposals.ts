import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { EvolveReport } from "./report.ts";

/** Writes the first step of each subject's first proposal into its file; returns the files. */
export async function writeProposals({ subjects }: EvolveReport, cwd: string): Promise<string[]> {
  const files: string[] = [];
  for (const { proposals } of subjects) {
    const step = proposals[0]?.steps[0];
    if (step === undefined || files.includes(step.file)) continue;
    await writeFile(resolve(cwd, step.file), step.text);
    files.push(step.file);
  }
  return files;
}
