import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/**
 * A native library that is loaded when it is first asked for: each costs a few milliseconds and megabytes, and most
 * processes meet one compression or none.
 */
export function onFirstUse<Library>(name: string): () => Library {
  let library: Library | undefined;
  return () => {
    library ??= load(name) as Library;
    return library;
  };
}
