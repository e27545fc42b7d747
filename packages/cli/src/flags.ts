import { z } from "zod";
import { CliError } from "./cli-error.ts";

/** A whole number that is not negative. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number, such as 3")
  .transform(Number);

/** A whole number from 1. */
export const count = wholeNumber.refine((value) => value > 0, "must be at least 1");

export const registryFlags = {
  registry: z.url({ protocol: /^https?$/, error: "must be a URL, such as http://127.0.0.1:8081" }),
  json: z.boolean().default(false),
};

export const connectionFlags = {
  ...registryFlags,
  brokers: z
    .string()
    .transform((text) => text.split(",").map((each) => each.trim()))
    .pipe(
      z.array(
        z.string().regex(/^(\[[^\]]+\]|[^:]+):\d{1,5}$/, 'must be "host:port", such as 127.0.0.1:9092'),
      ),
    ),
};

export type ConnectionFlags = z.output<z.ZodObject<typeof connectionFlags>>;

/**
 * Checks the flags that commander has gathered.
 *
 * @throws CliError `USAGE` with every mistake.
 */
export function checkFlags<Schema extends z.ZodType>(schema: Schema, flags: unknown): z.output<Schema> {
  const parsed = schema.safeParse(flags);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `--${kebabCase(String(path[0]))}: ${message}`,
  );
  throw new CliError("USAGE", [...new Set(mistakes)].join("\n"));
}

function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
