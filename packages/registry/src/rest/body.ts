import type { Context } from "hono";
import { z } from "zod";
import type { RegisterRequest } from "../register-request.ts";
import { HttpError } from "./http-error.ts";
import { describeIssues } from "./query.ts";

const REFERENCES_MAX = 1_000;
const ACCEPTED_TYPES = new Set([
  "application/vnd.schemaregistry.v1+json",
  "application/vnd.schemaregistry+json",
  "application/json",
  "application/octet-stream",
]);

const text = z.string();
const textMap = z.record(text, text);

const rule = z.object({
  name: text.nullish(),
  doc: text.nullish(),
  kind: text.nullish(),
  mode: text.nullish(),
  type: text.nullish(),
  tags: z.array(text).nullish(),
  params: textMap.nullish(),
  expr: text.nullish(),
  onSuccess: text.nullish(),
  onFailure: text.nullish(),
  disabled: z.boolean().nullish(),
});

/** A schema to be registered, looked up or tested. */
export const schemaBody = z.object({
  schema: text.nullish(),
  schemaType: text.nullish(),
  references: z
    .array(z.object({ name: text, subject: text, version: z.number().int().min(-1).max(0x7fffffff) }))
    .max(REFERENCES_MAX)
    .nullish(),
  metadata: z
    .object({
      tags: z.record(text, z.array(text)).nullish(),
      properties: textMap.nullish(),
      sensitive: z.array(text).nullish(),
    })
    .nullish(),
  ruleSet: z
    .object({
      migrationRules: z.array(rule).nullish(),
      domainRules: z.array(rule).nullish(),
      encodingRules: z.array(rule).nullish(),
    })
    .nullish(),
  id: z.number().int().min(-1).max(0x7fffffff).nullish(),
  version: z.number().int().min(-1).max(0x7fffffff).nullish(),
});

/** A change of settings; members beside these are ignored. */
export const configBody = z.object({
  compatibility: text.nullish(),
  normalize: z.boolean().nullish(),
  alias: text.nullish(),
  compatibilityGroup: text.nullish(),
});

export const modeBody = z.object({ mode: text.nullish() });

/** The JSON body of a request, checked. */
export async function readBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const type = context.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== undefined && type !== "" && !ACCEPTED_TYPES.has(type)) {
    throw new HttpError(415, `HTTP 415 Unsupported Media Type: send ${[...ACCEPTED_TYPES][0]}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(await context.req.text());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpError(400, `The body is not JSON: ${error.message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpError(422, `Invalid body: ${describeIssues(result.error)}`);
}

/** The request in a body; null, empty and absent members are the same. */
export function toRegisterRequest(body: z.output<typeof schemaBody>): RegisterRequest {
  return withoutNulls({
    schema: body.schema ?? "",
    schemaType: body.schemaType || undefined,
    references: body.references ?? undefined,
    metadata: body.metadata ?? undefined,
    ruleSet: body.ruleSet ?? undefined,
    id: body.id === -1 ? undefined : body.id,
    version: body.version === -1 || body.version === 0 ? undefined : body.version,
  }) as RegisterRequest;
}

/** A copy without null and undefined members, all the way down. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}
