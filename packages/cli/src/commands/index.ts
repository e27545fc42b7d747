import type { Command } from "commander";
import type { Io } from "../io.ts";

/** A command as the program's help lists it; its module is loaded when it runs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Default `[options]`. */
  readonly usage?: string;
  load(): Promise<(io: Io) => Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "run the server: broker and registry in one process",
    load: async () => (await import("./serve.ts")).serve,
  },
];
