import { execFile } from "node:child_process";
import { join } from "node:path";

const CELL_TIMEOUT_MS = 120_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const cells = join(import.meta.dirname, "../cells");

/**
 * Runs `cells/<script>` in a fresh process, given `input` as JSON, and returns what it prints on its last line.
 *
 * @throws Error with the script's own output when it fails or takes too long.
 */
export function runCell<Result>(script: string, input: unknown): Promise<Result> {
  const args = [...process.execArgv, join(cells, script), JSON.stringify(input)];
  const options = { timeout: CELL_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Result);
      else reject(new Error(`cell ${script} failed: ${stderr || error.message}`));
    });
  });
}

/** The input of the cell that runs in this process. */
export function cellInput<Input>(): Input {
  return JSON.parse(process.argv[2]!) as Input;
}

/** Prints a cell's result and ends its process, whatever its clients still keep open. */
export function endCell(result: unknown): never {
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}
