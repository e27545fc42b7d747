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
  {
    name: "dev",
    summary: "run the server, and apply and generate on every change of the contracts",
    load: async () => (await import("./dev.ts")).dev,
  },
  {
    name: "plan",
    summary: "show what apply would change",
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    name: "apply",
    summary: "create and change topics and schemas as the contracts say",
    load: async () => (await import("./apply.ts")).apply,
  },
  {
    name: "generate",
    summary: "write the TypeScript of the contracts",
    load: async () => (await import("./generate.ts")).generate,
  },
  {
    name: "schema",
    summary: "check, evolve, register and move schemas",
    usage: "<command>",
    load: async () => (await import("./schema/index.ts")).schema,
  },
  {
    name: "topic",
    summary: "list, describe, create and delete topics",
    usage: "<command>",
    load: async () => (await import("./topic/index.ts")).topic,
  },
  {
    name: "produce",
    summary: "send JSON lines as typed records",
    usage: "[options] <topic>",
    load: async () => (await import("./produce.ts")).produce,
  },
  {
    name: "consume",
    summary: "print records as JSON lines",
    usage: "[options] <topic>",
    load: async () => (await import("./consume.ts")).consume,
  },
  {
    name: "group",
    summary: "list, describe and reset consumer groups",
    usage: "<command>",
    load: async () => (await import("./group/index.ts")).group,
  },
  {
    name: "cluster",
    summary: "look at the brokers of a cluster, or move a data folder into one",
    usage: "<command>",
    load: async () => (await import("./cluster/index.ts")).cluster,
  },
];
