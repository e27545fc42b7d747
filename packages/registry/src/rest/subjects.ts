import type { Hono } from "hono";
import { z } from "zod";
import type { Registry } from "../registry.ts";
import { parseVersion } from "../registry-reader.ts";
import { CONTEXT_WILDCARD, DEFAULT_CONTEXT, formatSubject } from "../subject-name.ts";
import { readBody, schemaBody, toRegisterRequest } from "./body.ts";
import { versionEntity } from "./entities.ts";
import { flag, limit, offset, page, readQuery } from "./query.ts";
import { aliasedParam, contextOf, formattedText } from "./route-context.ts";

const SUBJECTS_MAX = 100_000;
const REFERRERS_MAX = 100_000;

/** `/subjects`: registering, looking up, listing and deleting. */
export function addSubjectRoutes(app: Hono, registry: Registry): void {
  const { reader } = registry;

  app.get("/subjects", (c) => {
    const query = readQuery(c, {
      subjectPrefix: z.string().optional(),
      deleted: flag,
      deletedOnly: flag,
      offset,
      limit,
    });
    const context = contextOf(c);
    const prefix =
      context === DEFAULT_CONTEXT
        ? (query.subjectPrefix ?? CONTEXT_WILDCARD)
        : formatSubject({ context, name: query.subjectPrefix ?? "" });
    return c.json(page(reader.subjects(prefix, query), query.offset, query.limit, SUBJECTS_MAX));
  });

  app.post("/subjects/:subject", async (c) => {
    const query = readQuery(c, { normalize: flag, deleted: flag, format: z.string().optional() });
    const request = toRegisterRequest(await readBody(c, schemaBody));
    const found = registry.lookUp(aliasedParam(c, reader), request, query);
    return c.json(versionEntity(found, formattedText(registry, found.schema, query.format)));
  });

  app.delete("/subjects/:subject", async (c) => {
    const { permanent } = readQuery(c, { permanent: flag });
    return c.json(await registry.deleteSubject(aliasedParam(c, reader), permanent));
  });

  app.get("/subjects/:subject/metadata", (c) => {
    const query = readQuery(c, { deleted: flag, format: z.string().optional() });
    const values = c.req.queries("value") ?? [];
    const properties = Object.fromEntries(
      (c.req.queries("key") ?? []).map((key, index) => [key, values[index] ?? ""]),
    );
    const found = reader.versionWithMetadata(aliasedParam(c, reader), properties, query.deleted);
    return c.json(versionEntity(found, formattedText(registry, found.schema, query.format)));
  });

  app.get("/subjects/:subject/versions", (c) => {
    const query = readQuery(c, { deleted: flag, deletedOnly: flag, offset, limit });
    const versions = reader.versions(aliasedParam(c, reader), query).map(({ version }) => version);
    return c.json(page(versions, query.offset, query.limit, SUBJECTS_MAX));
  });

  app.post("/subjects/:subject/versions", async (c) => {
    const { normalize } = readQuery(c, { normalize: flag });
    const request = toRegisterRequest(await readBody(c, schemaBody));
    const { subject: _, ...answer } = versionEntity(
      await registry.register(aliasedParam(c, reader), request, normalize),
    );
    return c.json(answer);
  });

  app.get("/subjects/:subject/versions/:version", (c) => {
    const query = readQuery(c, { deleted: flag, format: z.string().optional() });
    const found = reader.version(
      aliasedParam(c, reader),
      parseVersion(c.req.param("version")),
      query.deleted,
    );
    return c.json(versionEntity(found, formattedText(registry, found.schema, query.format)));
  });

  app.get("/subjects/:subject/versions/:version/schema", (c) => {
    const query = readQuery(c, { deleted: flag, format: z.string().optional() });
    const found = reader.version(
      aliasedParam(c, reader),
      parseVersion(c.req.param("version")),
      query.deleted,
    );
    return c.text(formattedText(registry, found.schema, query.format));
  });

  app.get("/subjects/:subject/versions/:version/referencedby", (c) => {
    const query = readQuery(c, { offset, limit });
    const ids = reader.referencedBy(aliasedParam(c, reader), parseVersion(c.req.param("version")));
    return c.json(page(ids, query.offset, query.limit, REFERRERS_MAX));
  });

  app.delete("/subjects/:subject/versions/:version", async (c) => {
    const { permanent } = readQuery(c, { permanent: flag });
    const version = parseVersion(c.req.param("version"));
    return c.json(await registry.deleteVersion(aliasedParam(c, reader), version, permanent));
  });

  app.post("/compatibility/subjects/:subject/versions/:version?", async (c) => {
    const { verbose, normalize } = readQuery(c, { verbose: flag, normalize: flag });
    const selector = c.req.param("version");
    const version = selector === undefined ? undefined : parseVersion(selector);
    const request = toRegisterRequest(await readBody(c, schemaBody));
    const verdict = registry.testCompatibility(aliasedParam(c, reader), request, {
      version,
      normalize,
    });
    return c.json({
      is_compatible: verdict.isCompatible,
      ...(verbose ? { messages: verdict.messages } : {}),
    });
  });
}
