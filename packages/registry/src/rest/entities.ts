import type { SchemaReference } from "@letterpress/schema";
import type { SchemaContent, SchemaMetadata, SchemaRuleSet, SubjectVersion } from "../stored-schema.ts";

/** The members every answer with a schema has; what is empty is left out, and so is the type of Avro schemas. */
interface ContentEntity {
  readonly schemaType?: string;
  readonly references?: readonly SchemaReference[];
  readonly metadata?: SchemaMetadata;
  readonly ruleSet?: SchemaRuleSet;
  readonly schema: string;
}

/** A version of a subject as it is answered. */
export interface VersionEntity extends ContentEntity {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly guid: string;
  readonly deleted?: true;
}

export function contentEntity(content: SchemaContent, text = content.text): ContentEntity {
  const { schemaType, references, metadata, ruleSet } = content;
  return {
    ...(schemaType === "AVRO" ? {} : { schemaType }),
    ...(references.length === 0 ? {} : { references }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(ruleSet === undefined ? {} : { ruleSet }),
    schema: text,
  };
}

export function versionEntity(found: SubjectVersion, text?: string): VersionEntity {
  const { subject, version, schema, deleted } = found;
  return {
    subject,
    version,
    id: schema.id,
    guid: schema.guid,
    ...contentEntity(schema.content, text),
    ...(deleted ? { deleted } : {}),
  };
}
