import type { Hono } from "hono";
import { z } from "zod";
import type { Registry } from "../registry.ts";
import { SCHEMA_TYPES } from "../schema-formats.ts";
import type { StoredSchema, SubjectVersion } from "../stored-schema.ts";
import { CONTEXT_WILDCARD, DEFAULT_CONTEXT, formatSubject } from "../subject-name.ts";
import { contentEntity, versionEntity } from "./entities.ts";
import { flag, limit, offset, page, readQuery } from "./query.ts";
import { contextOf, formattedText, idParam, subjectOf } from "./route-context.ts";

const SCHEMAS_MAX = 1_000;
const text = z.string().optional();

/** `/schemas`: schemas by id and GUID, whatever subject they are registered under. */
export function addSchemaRoutes(app: Hono, registry: Registry): void {
  const { reader } = registry;

  app.get("/schemas", (c) => {
    const query = readQuery(c, { subjectPrefix: text, deleted: flag, latestOnly: flag, offset, limit });
    const context = contextOf(c);
    const prefix =
      context === DEFAULT_CONTEXT
        ? (query.subjectPrefix ?? CONTEXT_WILDCARD)
        : formatSubject({ context, name: query.subjectPrefix ?? "" });
    const found: SubjectVersion[] = [];
    const enough = query.offset + SCHEMAS_MAX;
    for (const subject of reader.subjects(prefix, query)) {
      if (found.length >= enough) break;
      const versions = reader.versions(subject, query);
      found.push(...(query.latestOnly ? versions.slice(-1) : versions));
    }
    const shown = page(found, query.offset, query.limit, SCHEMAS_MAX);
    return c.json(shown.map((version) => versionEntity(version)));
  });

  app.get("/schemas/types", (c) => c.json(SCHEMA_TYPES));

  app.get("/schemas/ids/:id", (c) => {
    const query = readQuery(c, { subject: text, format: text, fetchMaxId: flag });
    const schema = reader.schemaById(idParam(c), reader.aliased(subjectOf(c, query.subject ?? "")));
    return c.json({
      ...schemaEntity(registry, schema, query.format),
      ...(query.fetchMaxId ? { maxId: registry.state.maxId(schema.context) } : {}),
    });
  });

  app.get("/schemas/ids/:id/schema", (c) => {
    const query = readQuery(c, { subject: text, format: text });
    const schema = reader.schemaById(idParam(c), reader.aliased(subjectOf(c, query.subject ?? "")));
    return c.text(formattedText(registry, schema, query.format));
  });

  app.get("/schemas/ids/:id/subjects", (c) => {
    const query = readQuery(c, { subject: text, deleted: flag, offset, limit });
    const schema = reader.schemaById(idParam(c), reader.aliased(subjectOf(c, query.subject ?? "")));
    const subjects = new Set(reader.uses(schema, query.deleted).map(({ subject }) => subject));
    return c.json(page([...subjects], query.offset, query.limit, SCHEMAS_MAX));
  });

  app.get("/schemas/ids/:id/versions", (c) => {
    const query = readQuery(c, { subject: text, deleted: flag, offset, limit });
    const schema = reader.schemaById(idParam(c), reader.aliased(subjectOf(c, query.subject ?? "")));
    const uses = reader.uses(schema, query.deleted).map(({ subject, version }) => ({ subject, version }));
    return c.json(page(uses, query.offset, query.limit, SCHEMAS_MAX));
  });

  app.get("/schemas/guids/:guid", (c) => {
    const { format } = readQuery(c, { format: text });
    return c.json(schemaEntity(registry, reader.schemaByGuid(c.req.param("guid")), format));
  });

  app.get("/schemas/guids/:guid/ids", (c) =>
    c.json(reader.schemasByGuid(c.req.param("guid")).map(({ context, id }) => ({ context, id }))),
  );
}

function schemaEntity(registry: Registry, schema: StoredSchema, format: string | undefined) {
  return { ...contentEntity(schema.content, formattedText(registry, schema, format)), guid: schema.guid };
}
