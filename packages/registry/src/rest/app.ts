import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getPath } from "hono/utils/url";
import type { Registry } from "../registry.ts";
import { RegistryError } from "../registry-error.ts";
import { type RegistryAuthenticator, requireRole } from "./auth.ts";
import { splitContextPath } from "./context-path.ts";
import { describeError, HttpError } from "./http-error.ts";
import { openApiDocument } from "./openapi.ts";
import { limit, offset, page, readQuery } from "./query.ts";
import { addSchemaRoutes } from "./schemas.ts";
import { addSettingRoutes } from "./settings.ts";
import { addSubjectRoutes } from "./subjects.ts";

export interface RegistryAppOptions {
  /** The largest request body. Default: 4,000,000 bytes; a schema's text is escaped in it. */
  readonly bodyBytesMax?: number | undefined;
  /** Tells the role of a caller. Default: everyone may do everything. */
  readonly authenticate?: RegistryAuthenticator | undefined;
  /** Told of errors that are not the client's. Default: they are written to the console. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const CONTEXTS_MAX = 100_000;
const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
const ANSWERED_TYPES = [CONTENT_TYPE, "application/vnd.schemaregistry+json", "application/json"];

/** Confluent's REST interface over a registry. */
export function createRegistryApp(registry: Registry, options: RegistryAppOptions = {}): Hono {
  const { bodyBytesMax = 4_000_000, onError = console.error } = options;
  const app = new Hono({ getPath: (request) => splitContextPath(getPath(request)).path });

  app.use(async (c, next) => {
    await next();
    c.header("content-type", preferredType(c.req.header("accept")));
  });
  app.use(
    bodyLimit({
      maxSize: bodyBytesMax,
      onError: () => {
        throw new RegistryError(42209, `The request is too large: at most ${bodyBytesMax} bytes are allowed`);
      },
    }),
  );
  app.onError((error, c) => {
    const { status, body } = describeError(error);
    if (status >= 500) onError(error);
    return c.json(body, status as 500);
  });
  app.notFound((c) => c.json(describeError(new HttpError(404, "HTTP 404 Not Found")).body, 404));

  if (options.authenticate !== undefined) app.use(requireRole(options.authenticate));

  const openApi = openApiDocument();
  app.get("/", (c) => c.json({}));
  app.get("/openapi.json", (c) => c.json(openApi));
  app.get("/contexts", (c) => {
    const query = readQuery(c, { offset, limit });
    return c.json(page(registry.reader.contexts(), query.offset, query.limit, CONTEXTS_MAX));
  });
  addSubjectRoutes(app, registry);
  addSchemaRoutes(app, registry);
  addSettingRoutes(app, registry);
  // Newer serialisers ask for associations first; without any they fall back to the subject name strategy.
  app.get("/associations/resources/:namespace/:name", (c) => c.json([]));
  app.get("/associations/subjects/:subject", (c) => c.json([]));
  return app;
}

/** The first type of ours that the client accepts, the registry's own where it takes anything. */
function preferredType(accept: string | undefined): string {
  const accepted = accept?.split(",").map((part) => part.split(";", 1)[0]!.trim()) ?? [];
  return accepted.find((type) => ANSWERED_TYPES.includes(type)) ?? CONTENT_TYPE;
}
