import { Hono } from "hono";
import type { ServerMetrics } from "../metrics.ts";
import type { Unready } from "./unready.ts";

export interface HttpAppOptions {
  /** The registry's own app, served at `/`. */
  readonly registry: { fetch(request: Request): Response | Promise<Response> };
  readonly metrics: ServerMetrics;
  /** Why the server cannot take requests now; undefined when it can. */
  unready(): Promise<Unready | undefined>;
}

/** Everything the server answers over HTTP: `/metrics`, `/health/live`, `/health/ready`, and the registry at `/`. */
export function createHttpApp({ registry, metrics, unready }: HttpAppOptions): Hono {
  const app = new Hono();
  app.get("/metrics", async (c) => {
    const { contentType, text } = await metrics.expose();
    return c.body(text, 200, { "content-type": contentType });
  });
  app.get("/health/live", (c) => c.json({ status: "live" }));
  app.get("/health/ready", async (c) => {
    const why = await unready();
    return why === undefined ? c.json({ status: "ready" }) : c.json(why, 503);
  });
  app.mount("/", (request) => registry.fetch(request));
  return app;
}
