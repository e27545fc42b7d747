import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { COMMANDS, type CommandEntry } from "./commands/index.ts";
import { describeFailure, reportFailure } from "./errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { Io } from "./io.ts";

const EXAMPLES = `
Examples:
  letterpress serve                       broker and registry, data in .letterpress/data
  letterpress apply                       create the topics and schemas of schemas/topics.yaml
  letterpress generate                    write the TypeScript of the contracts
  letterpress produce orders.placed < orders.jsonl
  letterpress consume orders.placed --from-beginning --max 10

Exit codes:
  0  fine
  1  refused: incompatible, drifted, or not allowed by the server
  2  a flag, a file or a line of input makes no sense
  3  no broker or registry answered

"letterpress help COMMAND" shows a command's flags and examples.`;

/** Runs the command line `argv` (without the program's own name) and returns its exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = await createProgram(argv, io);
  if (argv.length === 0) {
    program.outputHelp();
    return EXIT_CODES.usage;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT_CODES.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.ok;
    const failure = describeFailure(error);
    reportFailure(io, failure, isJson(argv));
    return failure.exitCode;
  }
}

/** Only the command that was asked for is loaded; the others stand in the help with their summaries. */
async function createProgram(argv: readonly string[], io: Io): Promise<Command> {
  const program = new Command("letterpress");
  program.description("A Kafka-compatible broker and registry, and typed topics for TypeScript.");
  // So that "schema show --version 2" is the subcommand's own flag.
  program.enablePositionalOptions();
  program.version(version(), "-V, --version", "print the version");
  program.addHelpText("after", EXAMPLES);
  const wanted = argv[0] === "help" ? argv[1] : argv[0];
  for (const entry of COMMANDS) {
    program.addCommand(entry.name === wanted ? (await entry.load())(io) : placeholder(entry));
  }
  configure(program, io);
  return program;
}

function placeholder({ name, summary, usage = "[options]" }: CommandEntry): Command {
  return new Command(name).summary(summary).usage(usage);
}

/** Commander would end the process and write to it; here both go through `run`. */
function configure(command: Command, io: Io): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    outputError: () => undefined,
  });
  command.configureHelp({ subcommandTerm: (each) => `${each.name()} ${each.usage()}`.trim() });
  for (const each of command.commands) configure(each, io);
}

function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
