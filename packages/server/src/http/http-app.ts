import { Hono } from "hono";
import type { ServerMetrics } from "../metrics.ts";

export interface HttpAppOptions {
  /** The registry's own app, served at `/`. */
  readonly registry: { fetch(request: Request): Response | Promise<Response> };
  readonly metrics: ServerMetrics;
  /** Whether the server can take requests now. */
  isReady(): boolean;
}

/** Everything the server answers over HTTP: `/metrics`, `/health/live`, `/health/ready`, and the registry at `/`. */
export function createHttpApp({ registry, metrics, isReady }: HttpAppOptions): Hono {
  const app = new Hono();
  app.get("/metrics", async (c) => {
    const { contentType, text } = await metrics.expose();
    return c.body(text, 200, { "content-type": contentType });
  });
  app.get("/health/live", (c) => c.json({ status: "live" }));
  app.get("/health/ready", (c) =>
    isReady() ? c.json({ status: "ready" }) : c.json({ status: "starting or stopping" }, 503),
  );
  app.mount("/", (request) => registry.fetch(request));
  return app;
}
