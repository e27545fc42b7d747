import { run } from "../program.ts";
import { memoryIo } from "./memory-io.ts";
import { CliProcess, type CliRun } from "./run-cli.ts";

/** A server of its own, and commands that talk to it. */
export interface CliSession extends AsyncDisposable {
  readonly kafka: string;
  readonly http: string;
  /** Runs a command in this process. */
  run(args: readonly string[], input?: string): Promise<CliRun>;
  /** Runs a command with `--json`, which has to succeed, and reads the document it prints. */
  json(args: readonly string[], input?: string): Promise<unknown>;
}

/** Starts `letterpress serve` as a process, in memory and on free ports. */
export async function startSession(): Promise<CliSession> {
  const server = new CliProcess([
    "serve",
    "--json",
    "--memory",
    ...["--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"],
  ]);
  const { kafka, http } = JSON.parse(await server.line()) as { kafka: string; http: string };
  const session: CliSession = {
    kafka,
    http,
    run: (args, input) => {
      const brokers = args[0] === "schema" ? [] : ["--brokers", kafka];
      return runHere([...args, ...brokers, "--registry", http], input);
    },
    async json(args, input) {
      const { code, stdout, stderr } = await session.run([...args, "--json"], input);
      if (code !== 0) throw new Error(`letterpress ${args.join(" ")} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return session;
}

/** Runs the command line in this process, which is quicker than a process of its own. */
export async function runHere(args: readonly string[], input = ""): Promise<CliRun> {
  const io = memoryIo({ input });
  const code = await run(args, io);
  // What was written is read in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  return { code, stdout: io.output(), stderr: io.errors() };
}
