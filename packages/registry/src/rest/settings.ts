import type { Context, Hono } from "hono";
import { asCheckLevel, withLevel } from "../effective-settings.ts";
import type { Registry } from "../registry.ts";
import { invalidCompatibility, invalidMode } from "../registry-error.ts";
import { DEFAULT_CONTEXT, formatSubject } from "../subject-name.ts";
import { configBody, modeBody, readBody, withoutNulls } from "./body.ts";
import { flag, readQuery } from "./query.ts";
import { contextOf, subjectParam } from "./route-context.ts";

/** `/config` and `/mode`: of one subject, of a context (`:.lab:`), or of all. */
export function addSettingRoutes(app: Hono, registry: Registry): void {
  const { reader } = registry;

  app.get("/config/:subject?", (c) => {
    const { defaultToGlobal } = readQuery(c, { defaultToGlobal: flag });
    return c.json(reader.config(scopeParam(c), defaultToGlobal));
  });

  app.put("/config/:subject?", async (c) => {
    const update = withoutNulls(await readBody(c, configBody)) as { compatibility?: string };
    if (Object.keys(update).length === 0) throw invalidCompatibility();
    const { compatibility } = update;
    await registry.updateConfig(scopeParam(c), update);
    return c.json(compatibility === undefined ? update : { ...update, ...levelAnswer(compatibility) });
  });

  app.delete("/config/:subject?", async (c) => {
    const scope = scopeParam(c);
    const before = registry.state.config(scope) ?? {};
    await registry.deleteConfig(scope);
    return c.json(scope === null ? { ...reader.config(null), ...before } : before);
  });

  app.get("/mode/:subject?", (c) => {
    const { defaultToGlobal } = readQuery(c, { defaultToGlobal: flag });
    return c.json({ mode: reader.mode(scopeParam(c), defaultToGlobal) });
  });

  app.put("/mode/:subject?", async (c) => {
    const { force } = readQuery(c, { force: flag });
    const { mode } = await readBody(c, modeBody);
    if (!mode) throw invalidMode();
    await registry.updateMode(scopeParam(c), mode, force);
    return c.json({ mode: mode.toUpperCase() });
  });

  app.delete("/mode/:subject?", async (c) => {
    const scope = scopeParam(c);
    const before = registry.state.mode(scope) ?? "READWRITE";
    await registry.deleteMode(scope);
    return c.json({ mode: before });
  });
}

/** The level that was set, in words that every client knows. */
function levelAnswer(level: string): object {
  const { compatibilityLevel, strict } = withLevel({}, asCheckLevel(level)!);
  return { compatibility: compatibilityLevel, ...(strict && { strict }) };
}

/** The subject in the path, the context of the path, or null for all. */
function scopeParam(c: Context): string | null {
  if (c.req.param("subject") !== undefined) return subjectParam(c);
  const context = contextOf(c);
  return context === DEFAULT_CONTEXT ? null : formatSubject({ context, name: "" });
}
