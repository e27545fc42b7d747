import { type CheckLevel, COMPATIBILITY_LEVELS } from "@letterpress/schema";
import { z } from "zod";

/** A compatibility level as a flag: a registry's, or `STRICT`. */
export const levelFlag = z
  .string()
  .transform((text) => text.toUpperCase())
  .pipe(z.enum([...COMPATIBILITY_LEVELS, "STRICT"] as const satisfies readonly CheckLevel[]));
