#!/usr/bin/env node
import module from "node:module";

const NODE_MAJOR_MIN = 22;
/** Enough for what was printed to be read. */
const EXIT_GRACE_MS = 1_000;

const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `letterpress: needs Node.js ${NODE_MAJOR_MIN} or later, this is ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else {
  // Compiled code is kept between runs, which halves the start-up of everything behind the next line.
  module.enableCompileCache?.();
  // A reader that has seen enough, such as `head`, closes the pipe: that is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
  const { run } = await import("./program.ts");
  process.exitCode = await run(process.argv.slice(2), process);
  // What a library has left open, such as a connection that nobody ever answered, does not keep the process from ending.
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
