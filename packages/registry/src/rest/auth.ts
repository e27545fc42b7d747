import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { RegistryError } from "../registry-error.ts";

/** What a caller may do; each role may do what those before it may. */
export type RegistryRole = "read" | "write" | "admin";

/** What a caller showed: a user and password, or a bearer token. */
export type RegistryCredentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string };

/** The role of a caller, or undefined for credentials that are not known. */
export type RegistryAuthenticator = (
  credentials: RegistryCredentials,
) => RegistryRole | undefined | Promise<RegistryRole | undefined>;

/** Callers listed in a configuration. */
export interface StaticCredentials {
  readonly users?: readonly { username: string; password: string; role: RegistryRole }[] | undefined;
  readonly tokens?: readonly { token: string; role: RegistryRole }[] | undefined;
}

const ROLES: readonly RegistryRole[] = ["read", "write", "admin"];

/** Knows the callers of a list. Every entry is compared, in constant time, so that answers tell nothing by their time. */
export function staticAuthenticator({ users = [], tokens = [] }: StaticCredentials): RegistryAuthenticator {
  const known = [
    ...users.map(({ username, password, role }) => ({ digest: digest("basic", username, password), role })),
    ...tokens.map(({ token, role }) => ({ digest: digest("bearer", token), role })),
  ];
  return (credentials) => {
    const shown =
      credentials.kind === "basic"
        ? digest("basic", credentials.username, credentials.password)
        : digest("bearer", credentials.token);
    let role: RegistryRole | undefined;
    for (const entry of known) if (timingSafeEqual(entry.digest, shown)) role = entry.role;
    return role;
  };
}

/** Lets callers do what their role allows: 40101 for strangers, 40301 for what is above it. */
export function requireRole(authenticate: RegistryAuthenticator): MiddlewareHandler {
  return async (c, next) => {
    const credentials = readCredentials(c.req.header("authorization"));
    const role = credentials === undefined ? undefined : await authenticate(credentials);
    if (role === undefined) {
      c.header("www-authenticate", 'Basic realm="schema registry"');
      throw new RegistryError(
        40101,
        "Unauthorized: send the user and password, or the token, of a known caller",
      );
    }
    const needed = roleFor(c);
    if (ROLES.indexOf(role) < ROLES.indexOf(needed)) {
      throw new RegistryError(40301, `This needs the role ${needed}; the caller has the role ${role}`);
    }
    await next();
  };
}

/** Reading is GET, looking up and testing; settings and deleting for good are an administrator's. */
function roleFor(c: Context): RegistryRole {
  const { method, path } = c.req;
  if (method === "GET" || method === "HEAD") return "read";
  if (method === "POST")
    return path.startsWith("/subjects/") && path.endsWith("/versions") ? "write" : "read";
  if (path.startsWith("/subjects/") && c.req.query("permanent")?.toLowerCase() !== "true") return "write";
  return "admin";
}

function readCredentials(header: string | undefined): RegistryCredentials | undefined {
  const [scheme, value] = header?.split(" ", 2) ?? [];
  if (value === undefined) return undefined;
  if (scheme?.toLowerCase() === "bearer") return { kind: "bearer", token: value };
  if (scheme?.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { kind: "basic", username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Lengths are part of what is hashed, so that no two lists of parts look the same. */
function digest(...parts: readonly string[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}
