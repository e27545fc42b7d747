import { createRegistryApp, MemoryRegistryLog, Registry, RegistryState } from "@letterpress/registry";
import { RegistryClient } from "@letterpress/registry/client";

/** What becomes of a call: `pass`, or what is thrown or answered instead, before or behind the registry. */
export type Intercept = (route: string, pass: () => Promise<Response>, body: string) => Promise<Response>;

/** A registry in memory, and a client of it whose calls go through `intercept`. */
export function registryThat(intercept: Intercept) {
  const state = new RegistryState();
  const registry = new Registry({ state, log: new MemoryRegistryLog(state) });
  const app = createRegistryApp(registry);
  const here: typeof fetch = async (url, init) => {
    const { pathname } = new URL(String(url));
    return intercept(
      `${init?.method ?? "GET"} ${pathname}`,
      async () => app.request(String(url), init),
      String(init?.body ?? ""),
    );
  };
  const client = new RegistryClient({ url: "http://registry", fetch: here, backoffMs: 1, timeoutMs: 1_000 });
  return { registry, client };
}
