import { PassThrough, Readable } from "node:stream";
import type { Io } from "../io.ts";

/** An `Io` whose output can be read afterwards. */
export interface MemoryIo extends Io {
  readonly output: () => string;
  readonly errors: () => string;
}

export function memoryIo(
  options: { readonly input?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): MemoryIo {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const written = { stdout: "", stderr: "" };
  stdout.setEncoding("utf8").on("data", (text: string) => {
    written.stdout += text;
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    written.stderr += text;
  });
  return {
    stdin: Readable.from(Buffer.from(options.input ?? "")),
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: () => options.cwd ?? process.cwd(),
    output: () => written.stdout,
    errors: () => written.stderr,
  };
}
