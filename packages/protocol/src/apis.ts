import type { Api } from "./api.ts";
import * as messages from "./messages/index.ts";

/** An API of which only its key, versions and codecs matter, not its types. */
// biome-ignore lint/suspicious/noExplicitAny: the list holds messages of every type
export type AnyApi = Api<any, any, any, any>;

/** Every API this build knows, by ascending key: what `messages/` exports. */
export const APIS: readonly AnyApi[] = Object.values<AnyApi>(messages).sort((a, b) => a.key - b.key);

const BY_KEY = new Map(APIS.map((api) => [api.key, api]));

/** The API with this key, or undefined where this build does not know it. */
export function apiByKey(key: number): AnyApi | undefined {
  return BY_KEY.get(key);
}
