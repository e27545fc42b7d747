import { createRequire, registerHooks } from "node:module";

/*
 * One of the package's dependencies imports the folder "punycode/", which Node's own resolution of ES modules refuses.
 * Tests run with the condition "import", so that its ES modules are taken where its CommonJS ones would do.
 */
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(specifier === "punycode/" ? "punycode/punycode.js" : specifier, context),
});

/** Confluent's client and serialisers. */
export const confluent = createRequire(import.meta.url)(
  "@confluentinc/schemaregistry",
) as typeof import("@confluentinc/schemaregistry");
