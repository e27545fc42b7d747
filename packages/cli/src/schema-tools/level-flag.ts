import { CHECK_LEVELS } from "@letterpress/schema";
import { z } from "zod";

/** A compatibility level as a flag, in any case: a registry's, or `STRICT`. */
export const levelFlag = z
  .string()
  .transform((text) => text.toUpperCase())
  .pipe(z.enum(CHECK_LEVELS));
