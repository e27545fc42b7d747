import type { SchemaDefinition, SchemaFormat, SchemaReference } from "@letterpress/schema";
import { z } from "zod";
import { RegistryClientError } from "./registry-client-error.ts";

/** A version of a subject, as a registry knows it. */
export interface RegisteredVersion {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  /** Undefined from registries older than Confluent's 8.0. */
  readonly guid: string | undefined;
  readonly schema: SchemaDefinition;
  readonly contract: DataContract;
}

/** What data contracts add to a schema, and what is part of its identity: kept here as it is. */
export interface DataContract {
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly ruleSet?: Readonly<Record<string, unknown>> | undefined;
}

const reference = z.object({ name: z.string(), subject: z.string(), version: z.number().int() });
const definitionShape = {
  schema: z.string(),
  schemaType: z.string().nullish(),
  references: z.array(reference).nullish(),
};

export const definitionAnswer = z.object(definitionShape);
export const versionAnswer = z.object({
  ...definitionShape,
  subject: z.string(),
  version: z.number().int(),
  id: z.number().int(),
  guid: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  ruleSet: z.record(z.string(), z.unknown()).nullish(),
});
/** Registries older than Confluent's 8.0 answer with the id alone. */
export const registerAnswer = z.object({ id: z.number().int(), version: z.number().int().nullish() });
export const compatibilityAnswer = z.object({
  is_compatible: z.boolean(),
  messages: z.array(z.string()).nullish(),
});
export const configAnswer = z.object({
  compatibilityLevel: z.string(),
  normalize: z.boolean().nullish(),
  strict: z.boolean().nullish(),
});
export const modeAnswer = z.object({ mode: z.string() });
export const subjectVersionsAnswer = z.array(z.object({ subject: z.string(), version: z.number().int() }));
export const textsAnswer = z.array(z.string());
export const numbersAnswer = z.array(z.number().int());
export const anyAnswer = z.unknown();

/** @throws RegistryClientError `UNEXPECTED_ANSWER` */
export function checkAnswer<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new RegistryClientError(
    "UNEXPECTED_ANSWER",
    "The answer is not a schema registry's; check the registry's URL",
    { cause: result.error },
  );
}

/** @throws RegistryClientError `INVALID` for formats other than Avro and Protobuf. */
export function toDefinition(answer: z.output<typeof definitionAnswer>): SchemaDefinition {
  return {
    format: toFormat(answer.schemaType),
    text: answer.schema,
    references: answer.references ?? [],
  };
}

export function toRegisteredVersion(answer: z.output<typeof versionAnswer>): RegisteredVersion {
  const { subject, version, id, guid, metadata, ruleSet } = answer;
  const contract = { ...(metadata && { metadata }), ...(ruleSet && { ruleSet }) };
  return { subject, version, id, guid: guid ?? undefined, schema: toDefinition(answer), contract };
}

/** A schema as it is sent. */
export function toBody(schema: SchemaDefinition): {
  schema: string;
  schemaType?: SchemaFormat;
  references?: readonly SchemaReference[];
} {
  return {
    schema: schema.text,
    ...(schema.format === "AVRO" ? {} : { schemaType: schema.format }),
    ...(schema.references.length === 0
      ? {}
      : {
          references: schema.references.map(({ name, subject, version }) => ({ name, subject, version })),
        }),
  };
}

function toFormat(schemaType: string | null | undefined): SchemaFormat {
  const type = schemaType ?? "AVRO";
  if (type === "AVRO" || type === "PROTOBUF") return type;
  throw new RegistryClientError(
    "INVALID",
    `The schema is of type ${type}; this client reads AVRO and PROTOBUF schemas`,
  );
}
