const TEXT = { type: "string" };
const NUMBER = { type: "integer", format: "int32" };
const FLAG = { type: "boolean" };
const STRICT = { type: "boolean", description: "With the level FULL_TRANSITIVE, the level STRICT" };

/** An object with these members; the ones listed are always there. */
function entity(properties: Readonly<Record<string, object>>, required: readonly string[]): object {
  return { type: "object", properties, required };
}

const CONTENT = {
  schema: TEXT,
  schemaType: { type: "string", description: "Left out for AVRO" },
  references: { type: "array", items: { $ref: "#/components/schemas/Reference" } },
  metadata: { type: "object" },
  ruleSet: { type: "object" },
  guid: { type: "string", format: "uuid" },
};

/** What the registry answers with. */
export const ENTITIES = {
  Reference: entity({ name: TEXT, subject: TEXT, version: NUMBER }, ["name", "subject", "version"]),
  Schema: entity({ ...CONTENT, maxId: NUMBER }, ["schema", "guid"]),
  Registered: entity({ ...CONTENT, id: NUMBER, version: NUMBER }, ["id", "version", "guid", "schema"]),
  Version: entity({ ...CONTENT, subject: TEXT, version: NUMBER, id: NUMBER, deleted: FLAG }, [
    "subject",
    "version",
    "id",
    "guid",
    "schema",
  ]),
  SubjectVersion: entity({ subject: TEXT, version: NUMBER }, ["subject", "version"]),
  ContextId: entity({ context: TEXT, id: NUMBER }, ["context", "id"]),
  Compatibility: entity({ is_compatible: FLAG, messages: { type: "array", items: TEXT } }, ["is_compatible"]),
  Config: entity({ compatibilityLevel: TEXT, normalize: FLAG, strict: STRICT }, []),
  ConfigUpdate: entity({ compatibility: TEXT, normalize: FLAG, strict: STRICT }, []),
  Mode: entity({ mode: TEXT }, ["mode"]),
  Error: entity({ error_code: NUMBER, message: TEXT }, ["error_code", "message"]),
} as const;
