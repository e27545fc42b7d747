import type { Context } from "hono";
import { z } from "zod";
import { HttpError } from "./http-error.ts";

/** `true` in any case is true; everything else is false, as the registry's clients expect. */
export const flag = z
  .string()
  .optional()
  .transform((text) => text?.toLowerCase() === "true");

/** How many items to skip. */
export const offset = z.coerce.number().int().min(0).default(0);

/** How many items to answer; negative or left out for as many as there may be. */
export const limit = z.coerce.number().int().default(-1);

/** A part of a list. */
export function page<T>(items: readonly T[], at: number, count: number, countMax: number): readonly T[] {
  const bounded = count < 0 ? countMax : Math.min(count, countMax);
  return items.slice(at, at + bounded);
}

/** The query of a request, checked; members a route does not know are ignored. */
export function readQuery<Shape extends z.ZodRawShape>(
  context: Context,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  const result = z.object(shape).safeParse(context.req.query());
  if (result.success) return result.data;
  throw new HttpError(400, `Invalid query: ${describeIssues(result.error)}`);
}

/** What is wrong, and where, on one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message))
    .join("; ");
}
