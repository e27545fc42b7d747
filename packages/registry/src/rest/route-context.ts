import type { Context } from "hono";
import { z } from "zod";
import type { Registry } from "../registry.ts";
import type { RegistryReader } from "../registry-reader.ts";
import type { StoredSchema } from "../stored-schema.ts";
import { splitContextPath, subjectInContext } from "./context-path.ts";
import { HttpError } from "./http-error.ts";

/** The context a request's path stands in; `.` unless it begins with `/contexts/`. */
export function contextOf(context: Context): string {
  return splitContextPath(new URL(context.req.url).pathname).context;
}

/** A subject that a client gave, in the context of the request. */
export function subjectOf(context: Context, subject: string): string {
  return subjectInContext(contextOf(context), subject);
}

/** The subject in the path, whether or not it is an alias. */
export function subjectParam(context: Context): string {
  return subjectOf(context, context.req.param("subject") ?? "");
}

/** The subject in the path; where its settings have an `alias`, that one. */
export function aliasedParam(context: Context, reader: RegistryReader): string {
  return reader.aliased(subjectParam(context));
}

const idText = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number);

/** The schema id in the path. */
export function idParam(context: Context): number {
  const id = idText.safeParse(context.req.param("id"));
  if (!id.success) throw new HttpError(404, "HTTP 404 Not Found: a schema id is a number");
  return id.data;
}

/** A schema's text in the format asked for: as stored, or as {@link Registry.format} gives it. */
export function formattedText(registry: Registry, schema: StoredSchema, format: string | undefined): string {
  if (format === undefined || format === "" || format === "default") return schema.content.text;
  return registry.format(schema, format);
}
